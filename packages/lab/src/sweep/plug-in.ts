import type { Evaluation } from '@convae/train/kit';
import { addSweepCommand } from './command.js';
import { SWEEP_RUN_FILE } from './run-result.js';

/** Many networks and recipes, compared on validation images. */
export const sweep: Evaluation = { name: 'sweep', files: [SWEEP_RUN_FILE], addCommand: addSweepCommand };
