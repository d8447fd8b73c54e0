export * from './backend.js';
export { type SetupCommandOptions, setupCommand } from './command.js';
export * from './ensure-backend.js';
export { batchSizeOf, type LaunchOptions, launchEnvironment } from './launch-environment.js';
