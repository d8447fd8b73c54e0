import type { Evaluation } from '@convae/train/kit';
import { addMeasuringCommand } from '../evaluation/command.js';
import { artifactsCommand } from './command.js';
import { ARTIFACTS_PICTURE, artifactsFile } from './schema.js';
import { artifactsSection } from './section.js';

/** How far the cells of the latent show in what decoders give back. */
export const artifacts: Evaluation = {
  name: 'artifacts',
  files: [artifactsFile.file, ARTIFACTS_PICTURE],
  section: artifactsSection,
  addCommand: (program, evaluations) => addMeasuringCommand(program, evaluations, artifactsCommand),
};
