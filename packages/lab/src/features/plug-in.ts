import type { Evaluation } from '@convae/train/kit';
import { addMeasuringCommand } from '../evaluation/command.js';
import { featuresCommand } from './command.js';
import { featuresFile, MAP_PICTURE, NEIGHBOURS_PICTURE, ROC_PICTURE } from './schema.js';
import { featuresSection } from './section.js';

/** What the latents are good for besides giving images back. */
export const features: Evaluation = {
  name: 'features',
  files: [featuresFile.file, NEIGHBOURS_PICTURE, MAP_PICTURE, ROC_PICTURE],
  section: featuresSection,
  addCommand: (program, evaluations) => addMeasuringCommand(program, evaluations, featuresCommand),
};
