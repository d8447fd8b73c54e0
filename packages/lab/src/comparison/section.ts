import {
  type Evaluation,
  figuresRow,
  figuresTable,
  formatCount,
  type Html,
  html,
  inlinePlot,
  type LosslessReportModel,
  type ReportModel,
  scrollable,
} from '@convae/train/kit';
import { findComparison } from './find-result.js';
import { comparisonPlot } from './plot/plot.js';
import type { RateDistortion, Use } from './result.js';
import { bdCells, ownCurves } from './table/bd-rates.js';
import { breakEvenCells, breakEvens } from './table/break-even.js';
import { hasCurves, LOSSLESS_HEADS, losslessCells, methodCells, USE_TITLES } from './table/markdown.js';
import { columnsOf, usesIn } from './table/rates.js';

function methodTable(result: RateDistortion): Html {
  return figuresTable({
    name: 'Bytes per image of every method',
    caption: 'Bytes per image at a PSNR, between measured settings interpolated',
    heads: ['Method', ...result.psnrs.map((psnr) => `${psnr.toFixed(1)} dB`)],
    rows: result.methods.map((method) => figuresRow(method.label, methodCells(result, method))),
  });
}

function bdTable(result: RateDistortion, use: Use): Html | undefined {
  const own = ownCurves(result, use);
  const anchors = columnsOf(result, use).filter(({ isAnchor }) => isAnchor);
  if (own.length === 0 || anchors.length === 0) return undefined;
  return figuresTable({
    name: `BD-rates: ${USE_TITLES[use]}`,
    caption: `${USE_TITLES[use]}: BD-rate, the mean difference in bytes at equal PSNR`,
    heads: ['Bundle', ...anchors.map(({ title }) => title)],
    rows: own.map((method) => figuresRow(method.label, bdCells(result, method, anchors, true))),
  });
}

function breakEvenTable(result: RateDistortion): Html {
  return figuresTable({
    name: 'When a bundle pays',
    caption:
      'Images from which on bundle and bitstreams together are smaller than what the best classical codec takes at the same PSNR',
    heads: ['Bundle', 'Its files', 'PSNR, dB', 'Bytes per image', 'Best codec', 'From'],
    rows: breakEvens(result).map((each) => {
      const [bundle, ...cells] = breakEvenCells(result, each);
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
  if (result === undefined || !hasCurves(result)) return undefined;
  const { part } = result.dataset;
  const { single, together } = result.samples;
  const methods = result.methods.filter(({ lossless }) => !lossless).map(({ label }) => label);
  const label = `Line plots of bytes per image against PSNR: ${methods.join('; ')}`;
  const plot = await inlinePlot(comparisonPlot(result, { width: 600, height: 440, stacked: true }), label);
  return html`<p>Real bytes on ${part} images (${formatCount(single.images)} coded one by
      one${together ? html`, ${formatCount(together.images)} together` : ''}): files, streams and containers as they are
      written, without bundles. A mosaic is one picture of all images side by side; it shares headers among them and
      cannot give back one image alone. PCA and its entropy tables were fitted on the training images. Measured by
      <code>npm run rate-distortion</code>.</p>
    ${scrollable('Bytes per image against PSNR', html`<div style="min-width:44rem">${plot}</div>`)}
    ${methodTable(result)}${usesIn(result).map((use) => bdTable(result, use))}
    ${breakEvenTable(result)}${skippedNote(result)}`;
}

/** What other codecs need on the same images. */
export const comparisonSection: NonNullable<Evaluation['section']> = {
  id: 'rate-distortion',
  title: 'Against other codecs',
  after: 'bitstreams',
  render,
};

function losslessTable(result: RateDistortion, use: Use): Html | undefined {
  const rows = losslessCells(result, use);
  if (rows.length === 0) return undefined;
  const { images } = result.samples[use]!;
  return figuresTable({
    name: `Without loss: ${USE_TITLES[use]}`,
    caption: `${USE_TITLES[use]}, ${formatCount(images)} images`,
    heads: LOSSLESS_HEADS,
    rows: rows.map(([label, ...cells]) => figuresRow(label, cells)),
  });
}

async function renderLossless({ folder, metrics }: LosslessReportModel): Promise<Html | undefined> {
  const result = await findComparison(folder, metrics.dataset);
  const tables = result && usesIn(result).map((use) => losslessTable(result, use));
  if (result === undefined || !tables?.some((table) => table !== undefined)) return undefined;
  return html`<p>Real bytes on ${result.dataset.part} images, bundles apart, the fewest first. A mosaic is one picture of
      all images side by side; it and a stream of all raw pixels cannot give back one image alone. Measured by
      <code>npm run rate-distortion</code>.</p>
    ${tables}${skippedNote(result)}`;
}

/** What other lossless codecs need on the same images. */
export const losslessSection: NonNullable<Evaluation['losslessSection']> = {
  id: 'lossless-codecs',
  title: 'Against other lossless codecs',
  after: 'bits',
  render: renderLossless,
};
