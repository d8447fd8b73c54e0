import type { Evaluation } from '@convae/train/kit';
import { addArtifactsCommand } from './artifacts/command.js';
import { ARTIFACTS_FILE, ARTIFACTS_PICTURE } from './artifacts/schema.js';
import { artifactsSection } from './artifacts/section.js';
import { breakEvenColumn } from './comparison/card.js';
import { addCompareCommand } from './comparison/command.js';
import { comparisonSection } from './comparison/section.js';
import { addDenoisingCommand } from './denoising/command.js';
import { DENOISING_FILE, DENOISING_PICTURE } from './denoising/schema.js';
import { denoisingSection } from './denoising/section.js';
import { addFeaturesCommand } from './features/command.js';
import { FEATURES_FILE, MAP_PICTURE, NEIGHBOURS_PICTURE, ROC_PICTURE } from './features/schema.js';
import { featuresSection } from './features/section.js';
import { addSweepCommand } from './sweep/command.js';
import { SWEEP_RUN_FILE } from './sweep/index.js';

/** All evaluations of the lab, in the order of the command line's help. A new one is a folder here and a line below. */
export const evaluations: readonly Evaluation[] = [
  {
    name: 'artifacts',
    files: [ARTIFACTS_FILE, ARTIFACTS_PICTURE],
    section: artifactsSection,
    addCommand: addArtifactsCommand,
  },
  {
    name: 'comparison',
    files: [],
    section: comparisonSection,
    cardColumn: breakEvenColumn,
    addCommand: addCompareCommand,
  },
  {
    name: 'denoising',
    files: [DENOISING_FILE, DENOISING_PICTURE],
    section: denoisingSection,
    addCommand: addDenoisingCommand,
  },
  {
    name: 'features',
    files: [FEATURES_FILE, NEIGHBOURS_PICTURE, MAP_PICTURE, ROC_PICTURE],
    section: featuresSection,
    addCommand: addFeaturesCommand,
  },
  { name: 'sweep', files: [SWEEP_RUN_FILE], addCommand: addSweepCommand },
];
