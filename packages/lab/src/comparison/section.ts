import {
  type Evaluation,
  figuresRow,
  figuresTable,
  formatCount,
  type Html,
  html,
  inlinePlot,
  type ReportModel,
  scrollable,
} from '@convae/train/kit';
import { findComparison } from './find-result.js';
import { comparisonPlot } from './plot/plot.js';
import { type RateDistortion, TARGETS } from './result.js';
import { breakEvenCells, breakEvens } from './table/break-even.js';
import { methodCells } from './table/markdown.js';

function methodTable({ methods }: RateDistortion): Html {
  return figuresTable({
    name: 'Bytes per image of every method',
    caption: 'Bytes per image at a PSNR or above it: the smallest measured setting',
    heads: ['Method', ...TARGETS.map((target) => `${target.toFixed(1)} dB`)],
    rows: methods.map((method) => figuresRow(method.label, methodCells(method))),
  });
}

function breakEvenTable(result: RateDistortion): Html {
  return figuresTable({
    name: 'When a bundle pays',
    caption:
      'Images from which on bundle and bitstream together are smaller than the smallest mosaic of a classical codec at equal or better PSNR',
    heads: ['Bundle', 'Its files', 'PSNR, dB', 'Bytes per image', 'Best mosaic', 'From'],
    rows: breakEvens(result).map((each) => {
      const [bundle, ...cells] = breakEvenCells(each);
      return figuresRow(bundle!, cells);
    }),
  });
}

function skippedNote({ skipped }: RateDistortion): Html | undefined {
  if (skipped.length === 0) return undefined;
  const all = skipped.map(({ label, reason }) => `${label} (${reason})`).join('; ');
  return html`<p class="note">Not measured: ${all}.</p>`;
}

async function render({ folder, metrics }: ReportModel): Promise<Html | undefined> {
  const result = await findComparison(folder, metrics.dataset);
  if (result === undefined) return undefined;
  const { images, part } = result.dataset;
  const methods = result.methods.filter(({ lossless }) => !lossless).map(({ label }) => label);
  const label = `Line plot of bytes per image against PSNR: ${methods.join('; ')}`;
  const plot = await inlinePlot(comparisonPlot(result, 600, 520), label);
  return html`<p>Real bytes on the ${formatCount(images)} ${part} images: files and containers as they are written,
      without bundles. A mosaic is one picture of all images side by side; it shares headers among them and cannot give
      back one image alone. PCA and its entropy tables were fitted on the training images. Measured by
      <code>npm run rate-distortion</code>.</p>
    ${scrollable('Bytes per image against PSNR', html`<div style="min-width:44rem">${plot}</div>`)}
    ${methodTable(result)}
    ${breakEvenTable(result)}${skippedNote(result)}`;
}

/** What other codecs need on the same images. */
export const comparisonSection: NonNullable<Evaluation['section']> = {
  id: 'rate-distortion',
  title: 'Against other codecs',
  after: 'bitstreams',
  render,
};
