import { formatDuration, formatTimeLeft, psnrOf, SparseLines, TimeLeft } from '@convae/runtime';
import type { ReadProgress } from '../dataset/index.js';
import type { EpochRecord } from '../training/history.js';
import type { TrainingProgress } from '../training/trainer.js';
import { liveBar } from './live-display.js';

/** Seconds between two plain lines within an epoch, where there is no terminal. */
const PLAIN_INTERVAL = 20;

/** Shows a training run: a bar on a terminal, plain lines elsewhere. */
export interface TrainingDisplay {
  progress(progress: TrainingProgress): void;
  epoch(record: EpochRecord, best: boolean): void;
  stop(): void;
}

const rate = (imagesPerSecond: number): string =>
  `${Math.round(imagesPerSecond).toLocaleString('en')} images/s`;

/** Bytes and decibels of the validation images, of the coarsest and the finest quality. */
function rateText({ rate: measured }: EpochRecord): string {
  const points = measured?.validation ?? [];
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
  return `${head}  train MSE ${trainMse.toFixed(5)}${validation}  ${bytes}  ${formatDuration(seconds)}  ${rate(record.imagesPerSecond)}${dead}`;
}

/** What is left of a run, all of its epochs taken. */
function runTimeLeft(): (progress: TrainingProgress) => string {
  const timeLeft = new TimeLeft();
  return ({ epoch, epochs, images, total }) =>
    formatTimeLeft(timeLeft.at((epoch - 1) * total + images, (epochs - epoch + 1) * total - images));
}

/** Epoch lines go to standard output; the bar and the lines within an epoch to standard error. */
export function trainingDisplay(epochs: number): TrainingDisplay {
  const bar = liveBar('epoch {epoch}/{epochs} [{bar}] {percentage}%  MSE {mse}  {rate}  {left}');
  const lines = new SparseLines(PLAIN_INTERVAL);
  const timeLeft = runTimeLeft();
  return {
    progress: (progress) => {
      const { epoch, images, total, imagesPerSecond } = progress;
      const [mse, speed, left] = [progress.mse.toFixed(5), rate(imagesPerSecond), timeLeft(progress)];
      if (process.stderr.isTTY) return bar.show(images, total, { epoch, epochs, mse, rate: speed, left });
      const [done, dB] = [Math.floor((100 * images) / total), psnrOf(progress.mse).toFixed(2)];
      lines.maybe(() => `epoch ${epoch}/${epochs} ${done}%  MSE ${mse} (${dB} dB)  ${speed}  ${left}`);
    },
    epoch: (record, best) => {
      bar.stop();
      lines.spoke();
      console.log(epochLine(record, epochs, best));
    },
    stop: bar.stop,
  };
}

/** Seconds between two lines while an image folder is read. */
const READING_INTERVAL = 2;

/** Says now and then how far the reading of an image folder is; short readings say nothing. */
export function readingDisplay(): (progress: ReadProgress) => void {
  const lines = new SparseLines(READING_INTERVAL);
  let [current, before, timeLeft] = ['', 0, new TimeLeft()];
  return ({ step, done, total }) => {
    // A list of other files, such as those of the test images, begins its own estimate.
    if (step !== current || done <= before) {
      if (current !== '') lines.spoke();
      [current, timeLeft] = [step, new TimeLeft()];
    }
    before = done;
    const left = formatTimeLeft(timeLeft.at(done, total - done));
    lines.maybe(() => `reading ${step} of the images: ${done} of ${total}  ${left}`);
  };
}
