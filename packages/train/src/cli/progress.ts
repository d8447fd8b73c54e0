import cliProgress from 'cli-progress';
import type { ReadProgress } from '../dataset/index.js';
import type { EpochRecord } from '../training/history.js';
import { psnr } from '../training/stepper.js';
import type { TrainingProgress } from '../training/trainer.js';

/** Seconds between two plain lines within an epoch, where there is no terminal. */
const PLAIN_INTERVAL = 20;

/** Shows a training run: a bar on a terminal, plain lines elsewhere. */
export interface TrainingDisplay {
  progress(progress: TrainingProgress): void;
  epoch(record: EpochRecord, best: boolean): void;
  stop(): void;
}

/** `1:05`, `2:00:07`: a duration for people. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const rate = (imagesPerSecond: number): string =>
  `${Math.round(imagesPerSecond).toLocaleString('en')} images/s`;

/** Bytes and decibels of the validation images, from the coarsest to the finest step. */
function rateText({ rate: measured }: EpochRecord): string {
  const points = [...(measured?.validation ?? [])].sort((a, b) => b.multiplier - a.multiplier);
  const ends = points.length > 1 ? [points[0]!, points.at(-1)!] : points;
  return ends
    .map(({ psnr: dB, contextBytes, factorizedBytes }) => {
      const bytes = contextBytes ?? factorizedBytes;
      return `  ${bytes.toFixed(2)} B at ${dB.toFixed(2)} dB`;
    })
    .join('');
}

function epochLine(record: EpochRecord, epochs: number, best: boolean): string {
  const { epoch, trainMse, validationMse, validationPsnr, seconds, deadChannels } = record;
  const validation =
    validationMse === null || record.rate !== undefined
      ? ''
      : `  validation ${validationMse.toFixed(5)} (${validationPsnr!.toFixed(2)} dB)${best ? ' best' : ''}`;
  const bytes = rateText(record);
  const dead = deadChannels.length > 0 ? `  dead latent channels: ${deadChannels.join(', ')}` : '';
  const head = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  return `${head}  train MSE ${trainMse.toFixed(5)}${validation}  ${bytes}  ${duration(seconds)}  ${rate(record.imagesPerSecond)}${dead}`;
}

/** Epoch lines go to standard output; the bar and the lines within an epoch to standard error. */
export function trainingDisplay(epochs: number): TrainingDisplay {
  return process.stderr.isTTY ? barDisplay(epochs) : plainDisplay(epochs);
}

function barDisplay(epochs: number): TrainingDisplay {
  const format = 'epoch {epoch}/{epochs} [{bar}] {percentage}%  MSE {mse}  {rate}  ETA {remaining}';
  const bar = new cliProgress.SingleBar(
    { format, hideCursor: true, clearOnComplete: true },
    cliProgress.Presets.shades_classic,
  );
  let running = false;
  const stop = (): void => {
    if (running) bar.stop();
    running = false;
  };
  return {
    progress: ({ epoch, images, total, mse, imagesPerSecond, etaSeconds }) => {
      const values = {
        epoch,
        epochs,
        mse: mse.toFixed(5),
        rate: rate(imagesPerSecond),
        remaining: duration(etaSeconds),
      };
      if (!running) bar.start(total, images, values);
      running = true;
      bar.update(images, values);
    },
    epoch: (record, best) => {
      stop();
      console.log(epochLine(record, epochs, best));
    },
    stop,
  };
}

function plainDisplay(epochs: number): TrainingDisplay {
  let last = performance.now();
  return {
    progress: ({ epoch, images, total, mse, imagesPerSecond, etaSeconds }) => {
      if (performance.now() - last < PLAIN_INTERVAL * 1000) return;
      last = performance.now();
      const done = `${Math.floor((100 * images) / total)}%`;
      console.error(
        `epoch ${epoch}/${epochs} ${done}  MSE ${mse.toFixed(5)} (${psnr(mse).toFixed(2)} dB)  ${rate(imagesPerSecond)}  ETA ${duration(etaSeconds)}`,
      );
    },
    epoch: (record, best) => {
      last = performance.now();
      console.log(epochLine(record, epochs, best));
    },
    stop: () => undefined,
  };
}

/** Seconds between two lines while an image folder is read. */
const READING_INTERVAL = 2;

/** Says now and then how far the reading of an image folder is; short readings say nothing. */
export function readingDisplay(): (progress: ReadProgress) => void {
  const started = performance.now();
  let last = started;
  return ({ step, done, total }) => {
    const now = performance.now();
    if (now - last < READING_INTERVAL * 1000 || done === 0) return;
    last = now;
    const left = duration(((now - started) / 1000) * (total / done - 1));
    console.error(`reading ${step} of the images: ${done} of ${total}  ETA ${left}`);
  };
}
