import { bundles } from 'virtual:bundles';
import type { Codec, ImageBatch } from '@convae/runtime/web';
import type { App } from '../app/app.js';
import { formatDecibels } from '../base/format.js';
import { latest, whenIdle, whileVisible } from '../base/latest.js';
import { addNoise } from '../picture/noise.js';
import { toImage } from '../picture/picture.js';
import { psnrOf } from '../picture/quality.js';
import { byId } from './dom.js';
import { currentPalette, paintImage } from './paint.js';

const IDLE_MS = 150;

/** The bundle that was trained to remove noise, where the page has one. */
const denoiser = bundles.find(({ noise }) => noise > 0);

/** Noise goes in; what the networks make of it comes out. */
export function mountNoise(app: App): void {
  const slider = byId('noise', 'input');
  const source = codecSource(app);
  let seed = 1;
  let images: { noisy: ImageBatch; cleaned: ImageBatch } | undefined;
  byId('noise-lead', 'p').textContent = denoiser
    ? `The model ${denoiser.name} was trained to give the clean picture back from a noisy one.`
    : 'None of the models here was trained to remove noise. This is what the chosen one makes of it all the same: it knows little but digits, so some of the noise does not fit through.';

  const repaint = (): void => {
    if (!images) return;
    paintImage(byId('noise-in', 'canvas'), images.noisy, currentPalette());
    paintImage(byId('noise-out', 'canvas'), images.cleaned, currentPalette());
  };
  const update = latest(async () => {
    const codec = await source().catch(() => undefined);
    if (!codec) return;
    const { channels } = codec.manifest.image;
    const picture = app.pictures.current.value;
    const clean = toImage(picture, channels);
    const noisy = toImage(addNoise(picture, Number(slider.value) / 100, seed), channels);
    const trip = await codec.roundTrip(noisy).catch(() => undefined);
    if (!trip) return;
    images = { noisy, cleaned: trip.images };
    repaint();
    byId('noise-in-psnr', 'span').textContent = formatDecibels(psnrOf(clean.data, noisy.data));
    byId('noise-out-psnr', 'span').textContent = formatDecibels(psnrOf(clean.data, trip.images.data));
  });
  const request = whileVisible(byId('noise-section', 'section' as 'div'), update);
  const slide = (): void => {
    byId('noise-text', 'output').textContent = `${(Number(slider.value) / 100).toFixed(2)} of the range`;
    request();
  };
  slider.addEventListener('input', slide);
  slide();
  byId('noise-again', 'button').addEventListener('click', () => {
    seed += 1;
    request();
  });
  app.shown.subscribe(whenIdle(IDLE_MS, request));
  app.theme.subscribe(repaint);
}

/** The denoising model, loaded when it is first wanted; else the one that runs. */
function codecSource({ session }: App): () => Promise<Codec | undefined> {
  let beside: Promise<Codec> | undefined;
  return async () => {
    const running = session.running.value;
    if (!running || !denoiser || running.entry === denoiser) return running?.codec;
    beside ??= session.openBeside(denoiser);
    beside.catch(() => {
      beside = undefined;
    });
    return beside;
  };
}
