import { type ImageBatch, type LatentBatch, sliceBatch } from '@convae/runtime/web';
import type { App } from '../app/app.js';
import { latest, whenIdle, whileVisible } from '../base/latest.js';
import type { Running } from '../codec/session.js';
import { paintSample } from '../picture/paint-sample.js';
import { toImage } from '../picture/picture.js';
import { samplesFor } from '../picture/samples.js';
import { byId, make } from './dom.js';
import { currentPalette, paintImage } from './paint.js';

/** Pictures of the strip, both ends included. */
const FRAMES = 9;
const IDLE_MS = 150;
/** Time for one way, milliseconds. */
const PLAY_MS = 2400;
const FIRST_TARGET = 3;

interface Ends {
  readonly running: Running;
  readonly from: LatentBatch;
  readonly to: LatentBatch;
}

/** Mixtures of the latents of two pictures. */
export function mountMorph(app: App): void {
  const section = byId('morph-section', 'section' as 'div');
  const film = byId('film', 'div');
  const slider = byId('morph', 'input');
  const target = byId('morph-to', 'select');
  const canvas = byId('morph-back', 'canvas');
  app.session.running.subscribe((running) => listTargets(target, running?.entry.image.channels ?? 1));
  const frames = Array.from({ length: FRAMES }, () => make('canvas', { width: 28, height: 28 }));
  film.append(...frames);
  let ends: Ends | undefined;
  let strip: readonly ImageBatch[] = [];
  let mixture: ImageBatch | undefined;

  const repaint = (): void => {
    const palette = currentPalette();
    for (const [i, image] of strip.entries()) paintImage(frames[i]!, image, palette);
    if (mixture) paintImage(canvas, mixture, palette);
  };
  const failed = (error: unknown): void => app.fail('The pictures cannot be mixed', error);
  const mix = latest(async () => {
    const now = ends;
    if (!now) return;
    const [image] = await decodeShares(now, [Number(slider.value) / 100]);
    if (ends !== now) return;
    mixture = image;
    repaint();
  }, failed);
  const reload = latest(async () => {
    const next = await endsOf(app, Number(target.value));
    if (!next) return;
    ends = next;
    strip = await decodeShares(
      next,
      Array.from({ length: FRAMES }, (_, i) => i / (FRAMES - 1)),
    );
    void mix();
    repaint();
  }, failed);
  const slide = (): void => {
    byId('morph-text', 'output').textContent = `${slider.value} %`;
    void mix();
  };
  slider.addEventListener('input', slide);
  mountPlay(slider, slide);
  const request = whileVisible(section, reload);
  target.addEventListener('change', request);
  app.shown.subscribe(whenIdle(IDLE_MS, request));
  app.theme.subscribe(repaint);
}

/** The samples of the model's kind of pictures. */
function listTargets(target: HTMLSelectElement, channels: number): void {
  const names = samplesFor(channels).map(({ name }) => name);
  if (names.join() === [...target.options].map(({ text }) => text).join()) return;
  target.replaceChildren(...names.map((name, i) => make('option', { value: String(i) }, name)));
  target.value = String(FIRST_TARGET);
}

/** The drawn picture and a sample, as latents of the present model. */
async function endsOf(app: App, sample: number): Promise<Ends | undefined> {
  const running = app.session.running.value;
  if (!running) return undefined;
  const { image } = running.entry;
  const drawn = app.drawnFor(running);
  const other = samplesFor(image.channels)[sample];
  if (!drawn || !other) return undefined;
  const from = await running.codec.embed(drawn);
  const to = await running.codec.embed(toImage(paintSample(other, image)));
  return { running, from, to };
}

/** Decodes (1 − share) · from + share · to for each share. */
async function decodeShares({ running, from, to }: Ends, shares: readonly number[]): Promise<ImageBatch[]> {
  const size = from.data.length;
  const data = new Float32Array(size * shares.length);
  for (const [i, share] of shares.entries()) {
    for (let j = 0; j < size; j++) data[i * size + j] = from.data[j]! + share * (to.data[j]! - from.data[j]!);
  }
  const { height, width } = running.entry.image;
  const images = await running.codec.reconstruct({ ...from, data, count: shares.length }, { height, width });
  return shares.map((_, i) => sliceBatch(images, i, i + 1));
}

/** There and back once. Only on request, so that nothing moves by itself. */
function mountPlay(slider: HTMLInputElement, slide: () => void): void {
  const button = byId('morph-play', 'button');
  let playing = false;
  const stop = (): void => {
    playing = false;
    button.textContent = 'Play';
  };
  button.addEventListener('click', () => {
    if (playing) return stop();
    playing = true;
    button.textContent = 'Stop';
    const start = performance.now();
    const step = (now: number): void => {
      if (!playing) return;
      const way = (now - start) / PLAY_MS;
      slider.value = String(Math.round(100 * (way < 1 ? way : Math.max(0, 2 - way))));
      slide();
      if (way < 2) requestAnimationFrame(step);
      else stop();
    };
    requestAnimationFrame(step);
  });
  slider.addEventListener('pointerdown', stop);
}
