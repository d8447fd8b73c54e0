import { ensureBackend } from './ensure-backend.js';

/** Options of {@link setupCommand}. */
export interface SetupCommandOptions {
  /** Takes one line of output. */
  log?: (line: string) => void;
}

/**
 * `convae-train setup`: makes the TensorFlow backend loadable and says which one it is.
 *
 * @throws ConvaeError BACKEND_UNAVAILABLE when that is not possible.
 */
export async function setupCommand(options: SetupCommandOptions = {}): Promise<void> {
  const log = options.log ?? console.log;
  const state = await ensureBackend({ log });
  if (state.source === 'present') log(`TensorFlow ${state.tensorflow} is ready (it was already).`);
}
