import type { App } from '../app/app.js';
import { paintSample, SAMPLES } from '../picture/samples.js';
import { byId, choose, make, radios } from './dom.js';
import { currentPalette, paintPicture } from './paint.js';

/** A row of pictures to choose from, as radio buttons: arrow keys walk through them. */
export function mountSamples(app: App): void {
  const row = byId('samples', 'fieldset');
  const canvases = SAMPLES.map((sample, i) => {
    const canvas = make('canvas', { width: 28, height: 28 });
    canvas.setAttribute('aria-hidden', 'true');
    const input = make('input', { type: 'radio', name: 'sample', value: String(i) });
    input.addEventListener('change', () => chooseSample(app, i));
    const name = make('span', { className: 'unseen' }, sample.name);
    row.append(make('label', { title: sample.name }, input, canvas, name));
    return canvas;
  });
  app.theme.subscribe(() => {
    const palette = currentPalette();
    for (const [i, canvas] of canvases.entries())
      paintPicture(canvas, paintSample(SAMPLES[i]!, 28, 28), palette);
  });
  // A picture that was drawn, opened or undone is no sample: any sample can be chosen again.
  app.pictures.canUndo.subscribe(unchoose);
}

/** Puts a sample on the pad. */
export function chooseSample({ pictures }: App, index: number): void {
  const { height, width } = pictures.current.value;
  pictures.replace(paintSample(SAMPLES[index]!, height, width));
  choose('sample', String(index));
}

function unchoose(): void {
  for (const input of radios('sample')) input.checked = false;
}
