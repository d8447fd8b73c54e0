import type { ImageBatch } from '@convae/runtime/web';
import type { App } from '../app/app.js';
import { formatBytes, formatDecibels } from '../base/format.js';
import { latest, whileVisible } from '../base/latest.js';
import { fileSentence } from '../base/messages.js';
import type { BundleEntry } from '../codec/bundle-entry.js';
import { type Measured, Placeholders, placeholderEntry } from '../codec/placeholders.js';
import { photoImage, readPhoto } from '../picture/import-image.js';
import { paintSample } from '../picture/paint-sample.js';
import { toImage } from '../picture/picture.js';
import { SCENES } from '../picture/scenes.js';
import { byId, make } from './dom.js';
import { currentPalette, paintImage } from './paint.js';

const SCENE = { height: 224, width: 224, channels: 3 } as const;

/** What stands for a photo until it is there: ours beside others, of a drawing, a photo of its own or the one that is open. */
export function mountPlaceholders(app: App): void {
  if (placeholderEntry) mountWith(app, placeholderEntry);
}

function mountWith(app: App, entry: BundleEntry): void {
  const section = byId('placeholder-section', 'section');
  section.hidden = false;
  byId('placeholder-note', 'p').textContent = noteOf(entry);
  const placeholders = new Placeholders(app.session);
  let scene = 0;
  let picture = sceneOf(scene);
  const update = latest(
    async () => showAll(picture, await placeholders.of(entry, picture)),
    (error) => app.fail('The placeholders cannot be made', error),
  );
  const request = whileVisible(section, () => void update());
  const take = (image: ImageBatch): void => {
    picture = image;
    request();
  };
  app.photo.subscribe((photo) => photo && take(photoImage(photo, SCENE.channels)));
  byId('placeholder-next', 'button').addEventListener('click', () => {
    scene = (scene + 1) % SCENES.length;
    take(sceneOf(scene));
  });
  mountFile(app, take);
  request();
}

function mountFile(app: App, take: (image: ImageBatch) => void): void {
  const input = byId('placeholder-file', 'input');
  input.addEventListener('change', async () => {
    const file = input.files?.[0];
    if (!file) return;
    app.problem.set('');
    try {
      take(photoImage(await readPhoto(file), SCENE.channels));
    } catch (error) {
      app.problem.set(`${file.name}: ${fileSentence(error)}`);
    }
    input.value = '';
  });
}

const sceneOf = (index: number): ImageBatch => toImage(paintSample(SCENES[index]!, SCENE));

const noteOf = ({ image, name }: BundleEntry): string =>
  `PSNR against the ${image.width} × ${image.height} pixels that each was made of. BlurHash has 4 × 3 components; its ` +
  `characters are counted as bytes. convae: the model ${name}, with the aspect ratio in its first byte.`;

function showAll(picture: ImageBatch, placeholders: readonly Measured[]): void {
  const box = byId('placeholders', 'div');
  box.style.setProperty('--ratio', String(picture.width / picture.height));
  box.replaceChildren(
    figureOf('Original', '', picture),
    ...placeholders.map(({ name, length, psnr, image }) =>
      figureOf(name, `${formatBytes(length)}, ${formatDecibels(psnr)}`, image),
    ),
  );
  box.lastElementChild!.classList.add('own');
}

function figureOf(name: string, figures: string, image: ImageBatch): HTMLElement {
  const canvas = make('canvas');
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', figures ? `Placeholder by ${name}` : 'The picture itself');
  paintImage(canvas, image, currentPalette());
  return make('figure', {}, canvas, make('figcaption', {}, make('strong', {}, name), ` ${figures}`));
}
