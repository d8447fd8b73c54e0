import type { MeasuredMethod, RateDistortion, Use } from '../result.js';
import { bdCells, ownCurves } from './bd-rates.js';
import { breakEvenCells, breakEvens } from './break-even.js';
import { bytesFor, type Column, cheapest, columnsOf, losslessIn, shortName, usesIn } from './rates.js';
import { bitsPerPixel, formatDecibels, rateText } from './words.js';

type Cell = string | number;

const row = (cells: readonly Cell[]): string => `| ${cells.join(' | ')} |`;

/** The first column holds names, the others figures. */
function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [row(head), row(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(row)].join('\n');
}

/** What the images of a use are coded as. */
export const USE_TITLES: Readonly<Record<Use, string>> = {
  single: 'One file or stream for each image',
  together: 'All images in one: a mosaic, a container',
};

function columnCell(result: RateDistortion, use: Use, { methods }: Column, psnr: number): string {
  const best = cheapest(methods, psnr);
  if (best === undefined) return '–';
  const text = rateText(result, use, best.bytes);
  return methods.length > 1 ? `${text} (${shortName(best.method)})` : text;
}

/** What a method takes at each PSNR of the tables. */
export const methodCells = (result: RateDistortion, method: MeasuredMethod): string[] =>
  result.psnrs.map((psnr) => {
    const bytes = bytesFor(method, psnr);
    return bytes === undefined ? '–' : rateText(result, method.use, bytes);
  });

const bdName = ({ label, prior }: MeasuredMethod): string =>
  `BD-rate of ${shortName({ label })}, ${prior} prior`;

/** PSNRs down, each kind of method across; then the BD-rate of each bundle against the others. */
export function shortTable(result: RateDistortion, use: Use): string {
  const columns = columnsOf(result, use);
  const rows = result.psnrs.map((psnr) => [
    `${psnr.toFixed(1)} dB`,
    ...columns.map((column) => columnCell(result, use, column, psnr)),
  ]);
  const rates = ownCurves(result, use).map((own) => [bdName(own), ...bdCells(result, own, columns, false)]);
  return table(['PSNR', ...columns.map(({ title }) => title)], [...rows, ...rates]);
}

const count = (images: number): string => images.toLocaleString('en');

/** What the cells of a lossless method are: bytes an image, bits a pixel, of the bytes of the best other one. */
export function losslessCells(result: RateDistortion, use: Use): (readonly [string, ...string[]])[] {
  const rated = losslessIn(result, use);
  const best = rated.find(({ method }) => method.family !== 'convae')?.bytes;
  return rated.map(({ method, bytes }) => [
    method.label,
    rateText(result, use, bytes),
    bitsPerPixel(result, use, bytes).toFixed(3),
    best === undefined ? '' : (bytes / best).toFixed(2),
  ]);
}

/** Heads of {@link losslessCells}. */
export const LOSSLESS_HEADS = [
  'lossless',
  'bytes per image',
  'bits per pixel',
  'of the best other codec',
] as const;

/** The lossless methods of every use; nothing where none was measured. */
export function losslessTables(result: RateDistortion, heading = '##'): string {
  const parts = usesIn(result).flatMap((use) => {
    const rows = losslessCells(result, use);
    if (rows.length === 0) return [];
    const { images } = result.samples[use]!;
    return [`${USE_TITLES[use]}, ${count(images)} images:\n\n${table(LOSSLESS_HEADS, rows)}`];
  });
  return parts.length === 0 ? '' : `${heading} Without loss\n\n${parts.join('\n\n')}`;
}

/** The short tables of every use, each under its title, and that of lossless methods. */
export function shortTables(result: RateDistortion, heading = '##'): string {
  const uses = usesIn(result).filter((use) => columnsOf(result, use).length > 0);
  const parts = uses.map((use) => {
    const { images } = result.samples[use]!;
    return `${heading} ${USE_TITLES[use]}\n\n${count(images)} images.\n\n${shortTable(result, use)}`;
  });
  return [...parts, losslessTables(result, heading)].filter(Boolean).join('\n\n');
}

/** Methods down, PSNRs across. */
export function methodTable(result: RateDistortion): string {
  const rows = result.methods.map((method) => [method.label, ...methodCells(result, method)]);
  return table(['method', ...result.psnrs.map((psnr) => `${psnr.toFixed(1)} dB`)], rows);
}

function bdTables(result: RateDistortion): string {
  const parts = usesIn(result).map((use) => {
    const anchors = columnsOf(result, use).filter(({ isAnchor }) => isAnchor);
    const rows = ownCurves(result, use).map((own) => [own.label, ...bdCells(result, own, anchors, true)]);
    if (rows.length === 0 || anchors.length === 0) return '';
    return `${USE_TITLES[use]}:\n\n${table(['bundle', ...anchors.map(({ title }) => title)], rows)}`;
  });
  return parts.filter(Boolean).join('\n\n') || 'No bundle was measured.';
}

function breakEvenTable(result: RateDistortion): string {
  const head = [
    'bundle',
    'its bytes',
    'PSNR, dB',
    'bytes per image',
    'best codec',
    'smaller from so many images on',
  ];
  return table(
    head,
    breakEvens(result).map((each) => breakEvenCells(result, each)),
  );
}

function pointTable(result: RateDistortion): string {
  const rows = result.methods.flatMap(({ label, use, points }) =>
    points.map(({ setting, images, bytesPerImage, psnr, ssim }) => [
      ...[label, setting, rateText(result, use, bytesPerImage), Math.round(bytesPerImage * images)],
      ...[bitsPerPixel(result, use, bytesPerImage).toFixed(3), formatDecibels(psnr), ssim.toFixed(3)],
    ]),
  );
  const head = ['method', 'setting', 'bytes per image', 'bytes of all', 'bits per pixel', 'PSNR, dB', 'SSIM'];
  return table(head, rows);
}

function skippedText({ skipped }: RateDistortion): string {
  if (skipped.length === 0) return 'Nothing was skipped.';
  return skipped.map(({ label, reason }) => `- ${label}: ${reason}`).join('\n');
}

/** How many images of what. */
function sampleText({ dataset, samples }: RateDistortion): string {
  const { images, part, name, height, width, channels, manySizes } = dataset;
  const size = manySizes ? 'each of its own size' : `${height}×${width}`;
  const used = Object.values(samples).map((sample) => sample?.images);
  const all = used.every((each) => each === images);
  const measured = all
    ? 'All of them were measured.'
    : `A seeded sample was measured: ${count(samples.single.images)} one by one${
        samples.together ? `, ${count(samples.together.images)} together` : ''
      }.`;
  return `${count(images)} ${part} images of ${name}, ${size}, ${channels} ${channels === 1 ? 'channel' : 'channels'}. ${measured}`;
}

/** What the figures are, in words. */
function explanation(result: RateDistortion): string {
  return `${sampleText(result)} Every method of a table saw the same images.
Bytes are real: files, streams and containers as they are written, headers, checksums and index included, by the number
of images; bundles and PCA components are stated apart. PSNR is that of the mean squared error over all pixels of what
was decoded, rounded to 8 bits, peak 1. Between measured settings the logarithm of the bytes is interpolated over PSNR
(piecewise cubic, PCHIP). Where a codec may subsample colours or not, the better one counts at each PSNR. A codec whose
coarsest setting is already better than a row stands with that setting, and – means that no setting reaches it. A mosaic
is one picture with all images side by side, which shares the headers among them; it cannot give back one image without
the others. PCA and its tables come from training images.`;
}

const BD_TEXT = `The mean difference of the logarithm of the bytes over the PSNR that both curves reach (Bjøntegaard, PCHIP): −50 % means
half the bytes at equal PSNR. All qualities of a bundle with one prior are a curve.`;

/** Whether there is anything to draw over PSNR. */
export const hasCurves = ({ methods }: RateDistortion): boolean => methods.some(({ lossless }) => !lossless);

/** The whole comparison as a page of Markdown. */
export function comparisonMarkdown(result: RateDistortion): string {
  const details = result.methods.map(({ label, details: text }) => `- ${label}: ${text}`).join('\n');
  return `# Rate and distortion on ${result.dataset.name}

${explanation(result)}

${hasCurves(result) ? '![Bytes per image over PSNR](rate-distortion.png)\n\n' : ''}${shortTables(result)}

## BD-rates

${BD_TEXT}

${bdTables(result)}

## Every method

${methodTable(result)}

## When a bundle pays

Bundle and bitstreams together against the classical codec that takes the fewest bytes at the same PSNR: streams against
files, containers against mosaics. Both are taken as proportional to the number of images.

${breakEvenTable(result)}

## Skipped

${skippedText(result)}

## Settings

${details}

## All points

${pointTable(result)}

Written ${result.createdAt.slice(0, 10)} by \`${result.command}\`.
`;
}
