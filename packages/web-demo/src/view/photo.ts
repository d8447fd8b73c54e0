import type { ImageBatch } from '@convae/runtime/web';
import type { App } from '../app/app.js';
import type { Formats } from '../app/formats.js';
import { formatBytes, formatDecibels, formatSeconds, formatWhole } from '../base/format.js';
import { takesPhotos } from '../codec/bundle-entry.js';
import type { Shown } from '../codec/live.js';
import { MAX_PHOTO_PIXELS, type Photo, photoImage } from '../picture/import-image.js';
import { mountDivider } from './divider.js';
import { byId, onChoice, radios } from './dom.js';
import { currentPalette, paintImage } from './paint.js';

/** What stands on the right of the divider. */
type Right = 'convae' | 'webp' | 'jpeg';

/** A photo at its own size, before and after, in place of the pad; and pictures of files that are no drawings. */
export function mountPhoto(app: App): void {
  let right: Right = 'convae';
  let open: Photo | undefined;
  const divide = mountDivider();
  const show = (): void => showStage(app, divide);
  const showRight = (): void => paintRight(app, right);
  app.photo.subscribe((photo) => {
    chooseRight('convae');
    enableRights(undefined);
    show();
    const isNew = photo !== open;
    open = photo;
    if (!photo) return;
    openPhoto(photo, app.session.running.value!.entry.image.channels);
    // It may have been dropped anywhere.
    if (isNew) byId('photo', 'figure').scrollIntoView({ block: 'start', behavior: 'instant' });
  });
  app.shown.subscribe(() => {
    if (app.formats.value === undefined) enableRights(undefined);
    show();
    showRight();
  });
  app.formats.subscribe((formats) => {
    enableRights(formats);
    showRight();
  });
  onChoice('right', (value) => {
    right = value as Right;
    showRight();
  });
  function chooseRight(value: Right): void {
    right = value;
    for (const radio of radios('right')) radio.checked = radio.value === value;
  }
  mountWork(app);
  mountSources(app);
}

/** Whether what is shown came out of a file and is no drawing of the model's size. */
const isLarge = (shown: Shown | undefined): boolean =>
  shown?.kind === 'opened' &&
  takesPhotos(shown.running.entry) &&
  (['height', 'width'] as const).some((side) => shown.decoded[side] !== shown.running.entry.image[side]);

/** The photo, or the pad and what comes back. */
function showStage(app: App, divide: (both: boolean) => void): void {
  const photo = app.photo.value;
  const shown = app.shown.value;
  const large = photo !== undefined || isLarge(shown);
  document.documentElement.classList.toggle('with-photo', large);
  byId('photo', 'figure').hidden = !large;
  divide(photo !== undefined);
  if (!photo && shown && large) setSides(shown.decoded);
}

function openPhoto(photo: Photo, channels: number): void {
  const { file, height, width, scaledFrom } = photo;
  setSides(photo);
  paintImage(byId('photo-before', 'canvas'), photoImage(photo, channels), currentPalette());
  const after = byId('photo-after', 'canvas');
  // Nothing has come back yet.
  after.width = width;
  after.height = height;
  byId('right-note', 'p').textContent = '';
  const from = scaledFrom
    ? ` It has ${sidesText(scaledFrom)} pixels and was scaled down: this page takes ${formatWhole(MAX_PHOTO_PIXELS / 1e6)} million.`
    : '';
  byId('photo-caption', 'figcaption').textContent =
    `${file.name || 'The photo'}, ${sidesText({ height, width })} pixels.${from}`;
}

interface Sides {
  readonly height: number;
  readonly width: number;
}

const sidesText = ({ height, width }: Sides): string =>
  `${formatWhole(width)}\u00a0×\u00a0${formatWhole(height)}`;

function setSides({ height, width }: Sides): void {
  const box = byId('compare', 'div');
  box.style.setProperty('--width', String(width));
  box.style.setProperty('--height', String(height));
}

function paintRight(app: App, right: Right): void {
  const shown = app.shown.value;
  const photo = app.photo.value;
  if (!shown || (photo ? shown.kind !== 'coded' || shown.photo !== photo : !isLarge(shown))) return;
  const { image, name, note } = rightOf(shown, app.formats.value, right);
  const canvas = byId('photo-after', 'canvas');
  paintImage(canvas, image, currentPalette());
  canvas.setAttribute('aria-label', `The photo as ${name}`);
  byId('right-side', 'span').textContent = name;
  byId('right-note', 'p').textContent = note;
  if (shown.kind === 'opened')
    byId('photo-caption', 'figcaption').textContent =
      `${shown.name} holds no original: only bytes. ${sidesText(shown.decoded)} pixels.`;
}

function rightOf(
  shown: Shown,
  formats: Formats | undefined,
  right: Right,
): { image: ImageBatch; name: string; note: string } {
  const written = right === 'convae' || formats?.of !== shown ? undefined : formats[right];
  const name = written ? { convae: '', webp: 'WebP', jpeg: 'JPEG' }[right] : 'convae';
  const { image, bytes, psnr } = written ?? {
    image: shown.decoded,
    bytes: shown.bytes.length,
    psnr: shown.kind === 'coded' ? shown.psnr : undefined,
  };
  const bpp = ((bytes * 8) / (image.height * image.width)).toFixed(2);
  const close = psnr === undefined ? '' : `, ${formatDecibels(psnr)}`;
  return { image, name, note: `${name}: ${formatBytes(bytes)}, ${bpp} bits a pixel${close}.` };
}

/** What the browser has written by now can be compared. */
function enableRights(formats: Formats | undefined): void {
  for (const radio of radios('right'))
    radio.disabled = radio.value !== 'convae' && formats?.[radio.value as 'webp' | 'jpeg'] === undefined;
}

const STEPS = { encode: 'Encoding …', decode: 'Decoding …' } as const;

/** How far the codec is, and a button that stops it or begins again. */
function mountWork(app: App): void {
  const button = byId('photo-stop', 'button');
  const bar = byId('photo-progress', 'progress');
  const text = byId('photo-work', 'p');
  const showState = (): void => {
    const state = app.photoState.value;
    const shown = app.shown.value;
    const working = typeof state === 'object';
    bar.hidden = !working;
    button.textContent = state === 'stopped' ? 'Encode again' : 'Stop';
    button.hidden = state === undefined;
    if (working) {
      bar.value = (state.step === 'decode' ? 1 : 0) + state.share;
      text.textContent = STEPS[state.step];
    } else if (state) text.textContent = 'Stopped: nothing was encoded.';
    else if (shown?.kind === 'coded')
      text.textContent = `Encoded in ${formatSeconds(shown.encodeMs)}, decoded in ${formatSeconds(shown.decodeMs)}.`;
    else text.textContent = '';
  };
  app.photoState.subscribe(showState);
  app.shown.subscribe(showState);
  button.addEventListener('click', () => (app.photoState.value === 'stopped' ? app.refresh() : app.stop()));
  byId('photo-close', 'button').addEventListener('click', () => app.closePhoto());
}

/** What becomes of an image that is dropped depends on the model. */
function mountSources({ session }: App): void {
  session.running.subscribe((running) => {
    byId('sources-note', 'span').textContent =
      `${imageNote(running?.entry)} Drop, paste or open; bitstreams too.`;
  });
}

function imageNote(entry: Parameters<typeof takesPhotos>[0] | undefined): string {
  if (entry && takesPhotos(entry)) return `Photos of any size are coded as they are, up to 2 megapixels.`;
  if (!entry || entry.image.channels === 1) return 'Any image becomes a drawing in one ink.';
  return `Any image is cut to ${entry.image.width}\u00a0×\u00a0${entry.image.height} pixels.`;
}
