import { toHex } from '@convae/runtime/core';
import type { App } from '../app/app.js';
import {
  formatBytes,
  formatDecibels,
  formatMegabytes,
  formatMilliseconds,
  formatWhole,
} from '../base/format.js';
import { whenIdle } from '../base/latest.js';
import { takesPhotos } from '../codec/bundle-entry.js';
import type { Shown } from '../codec/live.js';
import { byId, make, onChoice, radios } from './dom.js';
import { currentPalette, paintError, paintImage } from './paint.js';
import { pixelNumber } from './pixel-digits.js';

/** The reconstruction, the number of bytes in the heading, and the figures. */
export function mountHero(app: App): void {
  let error = false;
  const repaint = (): void => paintBack(app.shown.value, error);
  onChoice('shown', (value) => {
    error = value === 'error';
    byId('error-key', 'p').hidden = !error;
    repaint();
  });
  app.theme.subscribe(repaint);
  const tell = whenIdle(700, () => {
    byId('status', 'div').textContent = sentenceOf(app.shown.value);
  });
  app.shown.subscribe((shown) => {
    if (!shown) return clearFigures();
    const map = radios('shown').find(({ value }) => value === 'error')!;
    map.disabled = shown.kind === 'opened';
    if (map.disabled && map.checked) radios('shown')[0]!.click();
    repaint();
    showCount(shown.bytes.length);
    showFigures(shown);
    // Files may be dropped anywhere; what comes out of them is seen up here.
    if (shown.kind === 'opened') bringUp(byId('stage', 'div'));
    tell();
  });
  app.photo.subscribe(() => showWords(app));
  app.session.running.subscribe(() => showWords(app));
  mountLoading(app);
  app.problem.subscribe((text) => {
    byId('problem', 'div').textContent = text;
  });
  byId('problem-close', 'button').addEventListener('click', () => app.problem.set(''));
}

/** At once, and no further than needed: a press on what moves on below the pointer is lost. */
const bringUp = (element: HTMLElement): void =>
  element.scrollIntoView({ block: 'nearest', behavior: 'instant' });

function paintBack(shown: Shown | undefined, error: boolean): void {
  if (!shown || (shown.kind === 'coded' && shown.photo)) return;
  const canvas = byId('back', 'canvas');
  if (error && shown.kind === 'coded') paintError(canvas, shown.original, shown.decoded, currentPalette());
  else paintImage(canvas, shown.decoded, currentPalette());
  canvas.setAttribute('aria-label', error ? 'Error map of the reconstruction' : 'Reconstruction');
}

/** What the page speaks of: the model's kind of pictures. */
function showWords({ photo, session }: App): void {
  const entry = session.running.value?.entry;
  const digits = !entry || entry.name.startsWith('mnist');
  byId('noun', 'span').textContent = photo.value ? 'A photo' : digits ? 'A digit' : 'A picture';
  byId('invitation', 'span').textContent = entry && takesPhotos(entry) ? 'Drop one, or draw.' : 'Draw one.';
}

function clearFigures(): void {
  byId('count', 'span').replaceChildren();
  delete byId('count', 'span').dataset.value;
  byId('count-text', 'span').textContent = 'a few';
  for (const cell of document.querySelectorAll('.stage .figures dd')) cell.textContent = '–';
  byId('hex', 'fieldset').replaceChildren();
}

function showCount(bytes: number): void {
  const count = byId('count', 'span');
  if (count.dataset.value === String(bytes)) return;
  count.dataset.value = String(bytes);
  count.replaceChildren(pixelNumber(bytes));
  byId('count-text', 'span').textContent = String(bytes);
}

function showFigures(shown: Shown): void {
  const { height, width } = shown.decoded;
  const coded = shown.kind === 'coded' ? shown : undefined;
  const set = (id: string, text: string): void => {
    byId(id as 'bpp', 'dd').textContent = text;
  };
  set('bpp', ((shown.bytes.length * 8) / (height * width)).toFixed(2));
  set('psnr', coded ? formatDecibels(coded.psnr) : '–');
  set('encode-ms', coded ? formatMilliseconds(coded.encodeMs) : '–');
  set('decode-ms', formatMilliseconds(shown.decodeMs));
}

function sentenceOf(shown: Shown | undefined): string {
  if (!shown) return '';
  const bytes = formatBytes(shown.bytes.length);
  if (shown.kind === 'opened') return `${shown.name}: ${bytes}, decoded.`;
  return `${bytes}, ${formatDecibels(shown.psnr)}.`;
}

/** The bar over the reconstruction while something is loading. */
function mountLoading({ session }: App): void {
  const panel = byId('loading', 'div');
  const bar = byId('progress', 'progress');
  const text = byId('loading-text', 'label');
  session.loading.subscribe((loading) => {
    panel.hidden = !loading && session.running.value !== undefined;
    if (!loading) return;
    const { what, loaded, total } = loading;
    bar.max = total;
    bar.value = Math.min(loaded, total);
    text.textContent =
      total > 1e6
        ? `${what}: ${formatMegabytes(loaded)} of ${formatMegabytes(total)} MB`
        : `${what}: ${formatWhole(loaded)} bytes`;
  });
  session.running.subscribe((running) => {
    if (!running) return;
    panel.hidden = true;
    showGrid(running.entry.image.width);
  });
}

/** Pixels of the picture's side are whole numbers of those of the screen, where they are few. */
function showGrid(width: number): void {
  const { style, classList } = document.documentElement;
  style.setProperty('--cells', String(width));
  style.setProperty('--snap', `${width > MAX_SNAP ? 1 : width}px`);
  classList.toggle('fine', width > MAX_GRID);
}

/** Widest pictures that fit every display of the page twice, and that a grid is seen on. */
const MAX_SNAP = 84;
const MAX_GRID = 40;

/** The bytes in hexadecimal; each is a button that flips its lowest bit. */
export function mountHex(app: App): void {
  const group = byId('hex', 'fieldset');
  const note = byId('hex-note', 'p');
  app.shown.subscribe((shown) => {
    if (!shown) return;
    showCells(group, shown);
    note.textContent = noteOf(shown);
  });
  group.addEventListener('click', ({ target }) => {
    const shown = app.shown.value;
    const index = [...group.children].indexOf(target as Element);
    if (shown?.kind !== 'coded' || index < 0) return;
    if (shown.changedAt !== undefined) app.refresh();
    else void app.damage(shown, index);
  });
  group.addEventListener('keydown', (event) => moveFocus(group, event));
}

/** Most bytes that are shown: files may be long. */
const MAX_CELLS = 256;

function showCells(group: HTMLElement, shown: Shown): void {
  const length = Math.min(MAX_CELLS, shown.bytes.length);
  while (group.children.length > length) group.lastElementChild!.remove();
  while (group.children.length < length) {
    group.append(make('button', { type: 'button', tabIndex: group.children.length === 0 ? 0 : -1 }));
  }
  const changedAt = shown.kind === 'coded' ? shown.changedAt : undefined;
  for (let i = 0; i < length; i++) {
    const cell = group.children[i] as HTMLButtonElement;
    const hex = toHex(shown.bytes.subarray(i, i + 1));
    if (cell.textContent !== hex) cell.textContent = hex;
    cell.className = i === changedAt ? 'changed' : i === 0 && shown.kind === 'coded' ? 'head' : '';
    cell.disabled = shown.kind === 'opened';
  }
}

function noteOf(shown: Shown): string {
  if (shown.kind === 'opened') {
    const more = shown.bytes.length > MAX_CELLS ? ` Its first ${MAX_CELLS} bytes are shown.` : '';
    const images = shown.count > 1 ? ` It holds ${formatWhole(shown.count)} images; the first is shown.` : '';
    return `All of ${shown.name}.${images}${more}`;
  }
  if (shown.changedAt !== undefined) return 'One bit is flipped. Press any byte to flip it back.';
  const more = shown.bytes.length > MAX_CELLS ? ` The first ${MAX_CELLS} are shown.` : '';
  return `The first says how to read the rest. Press one to flip a bit in it.${more}`;
}

/** One stop for the Tab key; arrows, Home and End move inside. */
function moveFocus(group: HTMLElement, event: KeyboardEvent): void {
  const cells = [...group.children] as HTMLButtonElement[];
  const from = cells.indexOf(document.activeElement as HTMLButtonElement);
  const columns = getComputedStyle(group).gridTemplateColumns.split(' ').length;
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: from - 1,
    ArrowRight: from + 1,
    ArrowUp: from - columns,
    ArrowDown: from + columns,
    Home: 0,
    End: cells.length - 1,
  };
  const to = cells[steps[event.key] ?? -1];
  if (from < 0 || !to) return;
  event.preventDefault();
  cells[from]!.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}
