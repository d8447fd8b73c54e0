import type { Evaluation } from '@convae/train/kit';
import { breakEvenColumn, losslessPart } from './card.js';
import { addCompareCommand } from './command.js';
import { filesAt } from './files-at.js';
import { comparisonSection, losslessSection } from './section.js';

/** Real bytes and errors of bundles, PCA and other codecs on the same images. */
export const comparison: Evaluation = {
  name: 'comparison',
  files: [],
  section: comparisonSection,
  losslessSection,
  losslessCard: losslessPart,
  cardColumn: breakEvenColumn,
  filesAt,
  addCommand: addCompareCommand,
};
