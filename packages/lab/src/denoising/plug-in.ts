import type { Evaluation } from '@convae/train/kit';
import { addMeasuringCommand } from '../evaluation/command.js';
import { denoisingCommand } from './command.js';
import { DENOISING_PICTURE, denoisingFile } from './schema.js';
import { denoisingSection } from './section.js';

/** What a network that was trained on noise and classical filters make of noisy images. */
export const denoising: Evaluation = {
  name: 'denoising',
  files: [denoisingFile.file, DENOISING_PICTURE],
  section: denoisingSection,
  addCommand: (program, evaluations) => addMeasuringCommand(program, evaluations, denoisingCommand),
};
