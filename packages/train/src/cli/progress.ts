import { formatDuration, formatTimeLeft, psnrOf, SparseLines, TimeLeft } from '@convae/runtime';
import type { ReadProgress } from '../dataset/index.js';
import type { EpochRecord } from '../training/history.js';
import type { LosslessRecord } from '../training/lossless/lossless-history.js';
import type { LosslessProgress } from '../training/lossless/lossless-trainer.js';
import type { TrainingProgress } from '../training/trainer.js';
import { liveBar } from './live-display.js';

/** Seconds between two plain lines within an epoch, where there is no terminal. */
const PLAIN_INTERVAL = 20;

/** Shows a training run: a bar on a terminal, plain lines elsewhere. */
export interface TrainingDisplay<P = TrainingProgress, R = EpochRecord> {
  progress(progress: P): void;
  epoch(record: R, best: boolean): void;
  stop(): void;
}

/** How far any training is. */
type Progress = Omit<TrainingProgress, 'mse'>;

/** The words of one kind of training. */
interface TrainingWords<P, R> {
  /** What it minimises, in short and in full. */
  figure(progress: P): { readonly short: string; readonly full: string };
  line(record: R, best: boolean): string;
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
function runTimeLeft(): (progress: Progress) => string {
  const timeLeft = new TimeLeft();
  return ({ epoch, epochs, images, total }) =>
    formatTimeLeft(timeLeft.at((epoch - 1) * total + images, (epochs - epoch + 1) * total - images));
}

/** Epoch lines go to standard output; the bar and the lines within an epoch to standard error. */
function display<P extends Progress, R>(words: TrainingWords<P, R>): TrainingDisplay<P, R> {
  const bar = liveBar('epoch {epoch}/{epochs} [{bar}] {percentage}%  {figure}  {rate}  {left}');
  const lines = new SparseLines(PLAIN_INTERVAL);
  const timeLeft = runTimeLeft();
  return {
    progress: (progress) => {
      const { epoch, epochs, images, total, imagesPerSecond } = progress;
      const { short, full } = words.figure(progress);
      const [speed, left] = [rate(imagesPerSecond), timeLeft(progress)];
      if (process.stderr.isTTY)
        return bar.show(images, total, { epoch, epochs, figure: short, rate: speed, left });
      const done = Math.floor((100 * images) / total);
      lines.maybe(() => `epoch ${epoch}/${epochs} ${done}%  ${full}  ${speed}  ${left}`);
    },
    epoch: (record, best) => {
      bar.stop();
      lines.spoke();
      console.log(words.line(record, best));
    },
    stop: bar.stop,
  };
}

/** {@link TrainingDisplay} of training for distortion, or rate and distortion. */
export function trainingDisplay(epochs: number): TrainingDisplay {
  return display({
    figure: ({ mse }) => {
      const short = `MSE ${mse.toFixed(5)}`;
      return { short, full: `${short} (${psnrOf(mse).toFixed(2)} dB)` };
    },
    line: (record, best) => epochLine(record, epochs, best),
  });
}

function losslessLine(record: LosslessRecord, epochs: number, best: boolean): string {
  const { epoch, trainBits, validationBits, seconds, imagesPerSecond } = record;
  const validation =
    validationBits === null ? '' : `  validation ${validationBits.toFixed(4)}${best ? ' best' : ''}`;
  const head = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  return `${head}  train ${trainBits.toFixed(4)} bits/value${validation}  ${formatDuration(seconds)}  ${rate(imagesPerSecond)}`;
}

/** {@link TrainingDisplay} of training for lossless coding. */
export function losslessDisplay(epochs: number): TrainingDisplay<LosslessProgress, LosslessRecord> {
  return display({
    figure: ({ bits }) => {
      const short = `${bits.toFixed(4)} bits/value`;
      return { short, full: short };
    },
    line: (record, best) => losslessLine(record, epochs, best),
  });
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
