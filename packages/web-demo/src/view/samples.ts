import type { App } from '../app/app.js';
import { paintSample, type Sample } from '../picture/paint-sample.js';
import { samplesFor } from '../picture/samples.js';
import { byId, choose, make, radios } from './dom.js';
import { currentPalette, paintPicture } from './paint.js';

/** A row of pictures to choose from, as radio buttons: arrow keys walk through them. */
export function mountSamples(app: App): void {
  let samples: readonly Sample[] = [];
  const show = (): void => {
    const next = samplesFor(app.pictures.current.value.channels);
    if (next === samples) return;
    samples = next;
    byId('sample-row', 'div').replaceChildren(...samples.map((sample, i) => choiceOf(app, sample, i)));
    repaint(app, samples);
  };
  app.session.running.subscribe(show);
  app.theme.subscribe(() => repaint(app, samples));
  // A picture that was drawn, opened or undone is no sample, nor is a photo: any sample can be chosen again.
  app.pictures.canUndo.subscribe(unchoose);
  app.photo.subscribe(unchoose);
}

function choiceOf(app: App, { name }: Sample, i: number): HTMLElement {
  const canvas = make('canvas', { width: 28, height: 28 });
  canvas.setAttribute('aria-hidden', 'true');
  const input = make('input', { type: 'radio', name: 'sample', value: String(i) });
  input.addEventListener('change', () => chooseSample(app, i));
  return make('label', { title: name }, input, canvas, make('span', { className: 'unseen' }, name));
}

/** Pixels of a sample's side in the row, in colour. */
const FINE_SIDE = 56;

function repaint({ pictures }: App, samples: readonly Sample[]): void {
  const { channels } = pictures.current.value;
  const side = channels === 1 ? 28 : FINE_SIDE;
  const palette = currentPalette();
  for (const [i, canvas] of byId('sample-row', 'div').querySelectorAll('canvas').entries())
    paintPicture(canvas, paintSample(samples[i]!, { height: side, width: side, channels }), palette);
}

/** Puts a sample on the pad. */
export function chooseSample({ pictures }: App, index: number): void {
  const shape = pictures.current.value;
  pictures.replace(paintSample(samplesFor(shape.channels)[index]!, shape));
  choose('sample', String(index));
}

function unchoose(): void {
  for (const input of radios('sample')) input.checked = false;
}
