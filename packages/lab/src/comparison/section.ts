import {
  type Evaluation,
  formatCount,
  type Html,
  html,
  inlinePlot,
  type ReportModel,
  scrollable,
} from '@convae/train/kit';
import { findComparison } from './find-result.js';
import { comparisonPlot } from './plot/plot.js';
import { type MeasuredMethod, type RateDistortion, TARGETS } from './result.js';
import { breakEvens } from './table/break-even.js';
import { cheapest, shortName } from './table/rates.js';
import { formatDecibels, formatImages, formatModel, formatRate } from './table/words.js';

function methodRow(method: MeasuredMethod): Html {
  const cells = TARGETS.map((target) => cheapest([method], target)?.point.bytesPerImage);
  const figures = cells.map((bytes) => html`<td>${bytes === undefined ? '–' : formatRate(bytes)}</td>`);
  return html`<tr><th scope="row">${method.label}</th>${figures}</tr>`;
}

function methodTable({ methods }: RateDistortion): Html {
  const heads = TARGETS.map((target) => html`<th scope="col">${target.toFixed(1)} dB</th>`);
  return html`<table class="figures"><caption>Bytes per image at a PSNR or above it: the smallest measured setting</caption>
    <thead><tr><th scope="col">Method</th>${heads}</tr></thead><tbody>${methods.map(methodRow)}</tbody></table>`;
}

function breakEvenTable(result: RateDistortion): Html {
  const rows = breakEvens(result).map(
    ({ method, point, rival, images }) => html`<tr><th scope="row">${method.label}, ${point.setting}</th>
      <td>${formatModel(point.modelBytes)}</td><td>${formatDecibels(point.psnr)}</td>
      <td>${formatRate(point.bytesPerImage)}</td>
      <td>${rival ? `${formatRate(rival.point.bytesPerImage)} (${shortName(rival)})` : '–'}</td>
      <td>${formatImages(images)}</td></tr>`,
  );
  return html`<table class="figures"><caption>Images from which on bundle and bitstream together are smaller than the
    smallest mosaic of a classical codec at equal or better PSNR</caption>
    <thead><tr><th scope="col">Bundle</th><th scope="col">Its files</th><th scope="col">PSNR, dB</th>
    <th scope="col">Bytes per image</th><th scope="col">Best mosaic</th><th scope="col">From</th></tr></thead>
    <tbody>${rows}</tbody></table>`;
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
    ${scrollable('Bytes per image of every method', methodTable(result))}
    ${scrollable('When a bundle pays', breakEvenTable(result))}${skippedNote(result)}`;
}

/** What other codecs need on the same images. */
export const comparisonSection: NonNullable<Evaluation['section']> = {
  id: 'rate-distortion',
  title: 'Against other codecs',
  after: 'bitstreams',
  render,
};
