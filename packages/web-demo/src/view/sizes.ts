import type { App } from '../app/app.js';
import { formatBytes, formatDecibels, formatRatio } from '../base/format.js';
import { latest, whenIdle } from '../base/latest.js';
import type { Coded } from '../codec/live.js';
import { browserSizes } from '../picture/browser-formats.js';
import { byId, make, makeDrawing } from './dom.js';

interface Row {
  readonly label: string;
  readonly bytes: number | undefined;
  readonly note: string;
  readonly own?: boolean;
}

/** Time without a new picture before the browser's own encoders are asked, milliseconds. */
const IDLE_MS = 150;

/** The same picture in other formats, a square for each byte. */
export function mountSizes(app: App): void {
  const failed = (error: unknown): void => app.fail('The sizes cannot be compared', error);
  const measure = latest(async () => {
    const shown = app.shown.value;
    if (shown?.kind !== 'coded' || shown.changedAt !== undefined) return;
    const { png, webp } = await browserSizes(shown.original, shown.psnr);
    if (app.shown.value !== shown) return;
    setRatio('png-ratio', png / shown.bytes.length);
    setRatio('webp-ratio', webp && webp.bytes / shown.bytes.length);
    showRows(rowsOf(shown, png, webp));
  }, failed);
  app.shown.subscribe(whenIdle(IDLE_MS, measure));
  app.shown.subscribe((shown) => {
    if (shown?.kind !== 'opened') return;
    setRatio('png-ratio', undefined);
    setRatio('webp-ratio', undefined);
  });
  byId('sizes-note', 'p').textContent =
    'WebP: the lowest setting whose picture is at least as close to the original as the one decoded here, its colour ' +
    'profile not counted. The model is not counted either: whoever decodes has it already.';
}

function setRatio(id: 'png-ratio' | 'webp-ratio', ratio: number | undefined): void {
  byId(id, 'dd').textContent = ratio === undefined ? '–' : formatRatio(ratio);
}

function rowsOf(shown: Coded, png: number, webp: { bytes: number; psnr: number } | undefined): Row[] {
  const { data } = shown.original;
  return [
    { label: 'Pixels', bytes: data.length, note: 'one byte each' },
    { label: 'PNG', bytes: png, note: 'lossless, RGB' },
    {
      label: 'WebP',
      bytes: webp?.bytes,
      note: webp ? `at ${formatDecibels(webp.psnr)}` : 'this browser writes none',
    },
    { label: 'convae', bytes: shown.bytes.length, note: `at ${formatDecibels(shown.psnr)}`, own: true },
  ];
}

function showRows(rows: readonly Row[]): void {
  const most = Math.max(...rows.map(({ bytes = 0 }) => bytes));
  byId('sizes', 'div').replaceChildren(
    ...rows.map(({ label, bytes, note, own }) => {
      const size = bytes === undefined ? '' : formatBytes(bytes);
      const words = make('p', {}, make('strong', {}, label), ` ${size} `, make('span', {}, note));
      return make('div', { className: own ? 'size own' : 'size' }, words, squares(bytes ?? 0, most));
    }),
  );
}

/** Squares in a column. */
const TALL = 8;

/** So many squares in columns of eight, at the same scale in every row. */
function squares(bytes: number, most: number): SVGSVGElement {
  const at = (i: number): string => `M${Math.floor(i / TALL) + 0.1} ${(i % TALL) + 0.1}h.8v.8h-.8z`;
  return makeDrawing(Math.ceil(most / TALL), TALL, Array.from({ length: bytes }, (_, i) => at(i)).join(''));
}
