import { dequantize, type Quantizer, quantize, quantizerAt, type SymbolBatch } from '@convae/runtime/core';
import type { ImageBatch, LatentBatch } from '@convae/runtime/web';
import type { App } from '../app/app.js';
import { formatWhole } from '../base/format.js';
import { latest, whenIdle, whileVisible } from '../base/latest.js';
import type { Coded } from '../codec/live.js';
import type { Running } from '../codec/session.js';
import { byId } from './dom.js';
import { currentPalette, paintImage } from './paint.js';
import { createPlanes } from './planes.js';

/** The symbols of the present picture, as the visitor changes them. */
interface Bench {
  readonly running: Running;
  readonly quantizer: Quantizer;
  readonly original: SymbolBatch;
  readonly changed: SymbolBatch;
  /** Channels that are switched off: their symbols are taken as 0. */
  readonly off: Set<number>;
}

const IDLE_MS = 120;

/** The latent channels as pictures: switch one off, drag a number, see what becomes of the picture. */
export function mountLatents(app: App): void {
  const section = byId('latent-section', 'section' as 'div');
  const canvas = byId('latent-back', 'canvas');
  const slider = byId('cell-value', 'input');
  let bench: Bench | undefined;
  let selected = 0;

  const failed = (error: unknown): void => app.fail('The latent cannot be shown', error);
  const decode = latest(async () => {
    const now = bench;
    if (!now) return;
    const image = await decodeBench(now);
    if (bench === now) paintImage(canvas, image, currentPalette());
  }, failed);
  const planes = createPlanes(byId('planes', 'div'), {
    select: (index) => {
      selected = index;
      showPlanes();
    },
    change: (index, value) => changeSymbol(index, value),
    toggle: (channel, on) => {
      if (on) bench?.off.delete(channel);
      else bench?.off.add(channel);
      refresh();
    },
  });
  const showPlanes = (): void => {
    if (!bench) return;
    showSelected();
    planes.show({ symbols: bench.changed, off: bench.off, selected, palette: currentPalette() });
  };
  const refresh = (): void => {
    if (!bench) return;
    showPlanes();
    byId('latent-reset', 'button').disabled = !isChanged(bench);
    void decode();
  };
  const changeSymbol = (index: number, value: number): void => {
    if (!bench) return;
    selected = index;
    const limit = Number(slider.max);
    bench.changed.data[index] = Math.max(-limit, Math.min(limit, Math.round(value)));
    refresh();
  };
  const showSelected = (): void => {
    if (!bench) return;
    selected = Math.min(selected, bench.changed.data.length - 1);
    slider.value = String(bench.changed.data[selected]);
    byId('cell-text', 'output').textContent = slider.value;
    byId('cell-label', 'label').textContent = placeName(bench.changed, selected);
  };
  slider.addEventListener('input', () => changeSymbol(selected, Number(slider.value)));
  byId('cell-zero', 'button').addEventListener('click', () => changeSymbol(selected, 0));
  byId('latent-reset', 'button').addEventListener('click', () => {
    bench?.changed.data.set(bench.original.data);
    bench?.off.clear();
    refresh();
  });

  const reload = latest(async () => {
    const shown = app.shown.value;
    if (shown?.kind !== 'coded' || shown.changedAt !== undefined || shown.photo) return;
    bench = await benchOf(shown);
    const limit = rangeOf(bench.original);
    slider.min = String(-limit);
    slider.max = String(limit);
    byId('latent-lead', 'p').textContent = leadOf(bench.original);
    refresh();
  }, failed);
  app.shown.subscribe(whenIdle(IDLE_MS, whileVisible(section, reload)));
  app.theme.subscribe(refresh);
}

async function benchOf({ running, original, quality }: Coded): Promise<Bench> {
  const latents = await running.codec.embed(original);
  const quantizer = quantizerAt(running.codec.manifest.quantizer!, quality);
  const symbols = quantize(latents, quantizer);
  return {
    running,
    quantizer,
    original: symbols,
    changed: { ...symbols, data: symbols.data.slice() },
    off: new Set(),
  };
}

async function decodeBench({ running, quantizer, changed, off }: Bench): Promise<ImageBatch> {
  const { image } = running.entry;
  const plane = changed.height * changed.width;
  const data = changed.data.map((value, i) => (off.has(Math.floor(i / plane)) ? 0 : value));
  const latents: LatentBatch = dequantize({ ...changed, data }, quantizer);
  return running.codec.reconstruct(latents, { height: image.height, width: image.width });
}

const isChanged = ({ original, changed, off }: Bench): boolean =>
  off.size > 0 || changed.data.some((value, i) => value !== original.data[i]);

/** Numbers can be dragged somewhat further than the picture's own go. */
function rangeOf({ data }: SymbolBatch): number {
  return Math.max(4, Math.ceil(1.5 * data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
}

function placeName({ height, width }: SymbolBatch, index: number): string {
  const plane = height * width;
  if (plane === 1) return `Number ${index + 1}`;
  const inside = index % plane;
  return `Channel ${Math.floor(index / plane) + 1}, row ${Math.floor(inside / width) + 1}, column ${(inside % width) + 1}`;
}

function leadOf({ data, channels, height, width }: SymbolBatch): string {
  const zeros = data.filter((value) => value === 0).length;
  const form = height * width === 1 ? '' : `: ${channels} channels of ${height}\u00a0×\u00a0${width}`;
  const empty = zeros === 0 ? '' : ` ${formatWhole(zeros)} of them are 0 here.`;
  return (
    `The encoder turns the picture into ${formatWhole(data.length)} whole numbers${form}.${empty} ` +
    'The bytes spell these numbers, the likely ones in a fraction of a bit.'
  );
}
