import type { App } from '../app/app.js';
import type { Formats } from '../app/formats.js';
import { formatBytes, formatDecibels, formatRatio } from '../base/format.js';
import type { Coded } from '../codec/live.js';
import type { Written } from '../picture/browser-formats.js';
import { byId, make, makeDrawing } from './dom.js';

interface Row {
  readonly label: string;
  readonly bytes: number | undefined;
  readonly note: string;
  readonly own?: boolean;
}

const RATIOS = ['png-ratio', 'jpeg-ratio', 'webp-ratio'] as const;

/** The same picture in other formats, in squares of so many bytes. */
export function mountSizes(app: App): void {
  app.formats.subscribe((formats) => {
    if (!formats) return;
    const own = formats.of.bytes.length;
    const others = [formats.png, formats.jpeg?.bytes, formats.webp?.bytes];
    for (const [i, id] of RATIOS.entries()) setRatio(id, others[i] && others[i] / own);
    showRows(rowsOf(formats));
  });
  app.shown.subscribe((shown) => {
    if (shown?.kind === 'opened') for (const id of RATIOS) setRatio(id, undefined);
  });
  byId('sizes-note', 'p').textContent =
    'JPEG and WebP: the lowest setting whose picture is at least as close to the original as the one decoded here, ' +
    'colour profiles not counted. The model is not counted either: whoever decodes has it already.';
}

function setRatio(id: (typeof RATIOS)[number], ratio: number | undefined): void {
  byId(id, 'dd').textContent = ratio === undefined ? '–' : formatRatio(ratio);
}

function rowsOf({ of, png, jpeg, webp }: Formats): Row[] {
  const { data, channels } = of.original;
  return [
    { label: 'Pixels', bytes: data.length, note: 'one byte a channel' },
    { label: 'PNG', bytes: png, note: channels === 1 ? 'lossless, RGB' : 'lossless' },
    lossyRow('JPEG', jpeg, of),
    lossyRow('WebP', webp, of),
    {
      label: 'convae',
      bytes: of.bytes.length,
      note: of.psnr === Infinity ? 'lossless' : `at ${formatDecibels(of.psnr)}`,
      own: true,
    },
  ];
}

function lossyRow(label: string, written: Written | undefined, { psnr: target, original }: Coded): Row {
  if (written?.psnr === Infinity) return { label, bytes: written.bytes, note: 'lossless' };
  if (written && target === Infinity)
    return {
      label,
      bytes: written.bytes,
      note: `${formatDecibels(written.psnr)} at most: never lossless here`,
    };
  if (written) return { label, bytes: written.bytes, note: `at ${formatDecibels(written.psnr)}` };
  const why =
    label === 'JPEG' && original.channels === 4 ? 'has no transparency' : 'this browser writes none';
  return { label, bytes: undefined, note: why };
}

/** Most squares in a row: more are too small to see, and slow. */
const MAX_SQUARES = 4000;

/** Bytes that a square stands for: a power of ten. */
const unitOf = (most: number): number => 10 ** Math.max(0, Math.ceil(Math.log10(most / MAX_SQUARES)));

function showRows(rows: readonly Row[]): void {
  const most = Math.max(...rows.map(({ bytes = 0 }) => bytes));
  const unit = unitOf(most);
  byId('sizes-title', 'h2').textContent = `One square is ${unit === 1 ? 'one byte' : formatBytes(unit)}`;
  byId('sizes', 'div').replaceChildren(
    ...rows.map(({ label, bytes, note, own }) => {
      const size = bytes === undefined ? '' : formatBytes(bytes);
      const words = make('p', {}, make('strong', {}, label), ` ${size} `, make('span', {}, note));
      const drawing = squares(Math.ceil((bytes ?? 0) / unit), most / unit);
      return make('div', { className: own ? 'size own' : 'size' }, words, drawing);
    }),
  );
}

/** Squares in a column. */
const TALL = 8;

/** So many squares in columns of eight, at the same scale in every row. */
function squares(count: number, most: number): SVGSVGElement {
  const at = (i: number): string => `M${Math.floor(i / TALL) + 0.1} ${(i % TALL) + 0.1}h.8v.8h-.8z`;
  return makeDrawing(Math.ceil(most / TALL), TALL, Array.from({ length: count }, (_, i) => at(i)).join(''));
}
