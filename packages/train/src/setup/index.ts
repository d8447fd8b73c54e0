export * from './backend.js';
export * from './ensure-backend.js';
export { END_WITH_LAUNCHER } from './launch.js';
export {
  batchSizeOf,
  type ComputeSettings,
  computeSettings,
  type LaunchOptions,
  launchEnvironment,
} from './launch-environment.js';
