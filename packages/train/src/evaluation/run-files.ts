import { ARTIFACTS_FILE, ARTIFACTS_PICTURE } from './artifacts/schema.js';
import { DENOISING_FILE, DENOISING_PICTURE } from './denoising/schema.js';
import { COMPARISON_FILE, LOSS_FILE, REPORT_FILE } from './evaluate.js';
import { FEATURES_FILE, MAP_PICTURE, NEIGHBOURS_PICTURE, ROC_PICTURE } from './features/schema.js';
import { METRICS_FILE } from './schema.js';

/** Names of all files that measuring leaves in the folder of a run. */
export const MEASURED_FILES: readonly string[] = [
  METRICS_FILE,
  REPORT_FILE,
  COMPARISON_FILE,
  LOSS_FILE,
  FEATURES_FILE,
  NEIGHBOURS_PICTURE,
  MAP_PICTURE,
  ROC_PICTURE,
  ARTIFACTS_FILE,
  ARTIFACTS_PICTURE,
  DENOISING_FILE,
  DENOISING_PICTURE,
];
