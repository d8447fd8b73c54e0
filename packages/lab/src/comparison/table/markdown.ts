import { type MeasuredMethod, type RateDistortion, TARGETS } from '../result.js';
import { breakEvenCells, breakEvens } from './break-even.js';
import { cheapest, groups, type Rated, shortName } from './rates.js';
import { formatDecibels, formatRate } from './words.js';

type Cell = string | number;

const row = (cells: readonly Cell[]): string => `| ${cells.join(' | ')} |`;

/** The first column holds names, the others figures. */
function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [row(head), row(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(row)].join('\n');
}

function ratedCell(rated: Rated | undefined, named: boolean): string {
  if (rated === undefined) return '–';
  const rate = formatRate(rated.point.bytesPerImage);
  return named ? `${rate} (${shortName(rated)})` : rate;
}

/** The fewest bytes of a method at each target. */
export const methodCells = (method: MeasuredMethod): string[] =>
  TARGETS.map((target) => ratedCell(cheapest([method], target), false));

/** Targets down, the best of each kind across. */
export function shortTable(result: RateDistortion): string {
  const columns = groups(result);
  const rows = TARGETS.map((target) => [
    target.toFixed(1),
    ...columns.map(({ methods }) => ratedCell(cheapest(methods, target), methods.length > 1)),
  ]);
  return table(['PSNR at least, dB', ...columns.map(({ title }) => title)], rows);
}

/** Methods down, targets across. */
export function methodTable({ methods }: RateDistortion): string {
  const rows = methods.map((method) => [
    method.label,
    ...methodCells(method),
    method.points[0]!.images.toLocaleString('en'),
  ]);
  return table(['method', ...TARGETS.map((target) => `≥ ${target.toFixed(1)} dB`), 'images'], rows);
}

function breakEvenTable(result: RateDistortion): string {
  const head = [
    'bundle',
    'its bytes',
    'PSNR, dB',
    'bytes per image',
    'best mosaic',
    'smaller from so many images on',
  ];
  return table(head, breakEvens(result).map(breakEvenCells));
}

function pointTable(methods: readonly MeasuredMethod[]): string {
  const rows = methods.flatMap((method) =>
    method.points.map((point) => [
      method.label,
      point.setting,
      formatRate(point.bytesPerImage),
      point.streamBytesPerImage === undefined ? '' : formatRate(point.streamBytesPerImage),
      formatDecibels(point.psnr),
      point.ssim.toFixed(3),
      point.images.toLocaleString('en'),
    ]),
  );
  return table(['method', 'setting', 'bytes per image', 'image alone', 'PSNR, dB', 'SSIM', 'images'], rows);
}

function skippedText({ skipped }: RateDistortion): string {
  if (skipped.length === 0) return 'Nothing was skipped.';
  return skipped.map(({ label, reason }) => `- ${label}: ${reason}`).join('\n');
}

/** What the figures are, in words. */
function explanation({ dataset }: RateDistortion): string {
  const { images, part, name, height, width, channels } = dataset;
  return `${images.toLocaleString('en')} ${part} images of ${name}, ${height}×${width}×${channels}. Bytes are real: files and containers as
they are written, headers, checksums and index included, by the number of images; bundles and PCA components are
stated apart. PSNR is that of the mean squared error over all pixels of what was decoded, peak 1. No figure is
interpolated: a cell is the smallest measured setting that reaches the PSNR, so a codec whose coarsest setting is
already better stands with that one, and – means that no setting reaches it. A mosaic is one picture with all images
side by side, which shares the headers among them; it cannot give back one image without the others. PCA and its
tables come from training images.`;
}

/** The whole comparison as a page of Markdown. */
export function comparisonMarkdown(result: RateDistortion): string {
  const details = result.methods.map(({ label, details: text }) => `- ${label}: ${text}`).join('\n');
  return `# Rate and distortion on ${result.dataset.name}

${explanation(result)}

![Bytes per image over PSNR](rate-distortion.png)

## Bytes per image, the best of each kind

${shortTable(result)}

## Every method

${methodTable(result)}

## When a bundle pays

Bundle and bitstream together against the smallest mosaic of a classical codec at equal or better PSNR; both are taken
as proportional to the number of images.

${breakEvenTable(result)}

## Skipped

${skippedText(result)}

## Settings

${details}

## All points

${pointTable(result.methods)}

Written ${result.createdAt.slice(0, 10)} by \`${result.command}\`.
`;
}
