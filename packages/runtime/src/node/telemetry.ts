/** ONNX Runtime's switch. */
const SWITCH = 'ORT_DISABLE_TELEMETRY';

/**
 * Keeps onnxruntime-node from reporting to its makers: since 1.29 its builds for Linux and macOS send events about
 * models and runs, and leave files in the folder for temporary files, unless this variable is 1 when the first session
 * is made. Where the caller has set it to anything, that stays.
 *
 * @source https://github.com/microsoft/onnxruntime/pull/27379
 */
export function disableTelemetry(env: NodeJS.ProcessEnv = process.env): void {
  env[SWITCH] ??= '1';
}
