import { createRequire } from 'node:module';
import { SparseLines } from '../node/sparse-lines.js';
import { formatTimeLeft, TimeLeft } from '../node/time-left.js';
import { atExit } from './at-exit.js';
import type { Streams } from './output.js';

/** Shows how far a command is. */
export interface Progress {
  /** @param images done so far, the present one in part; fewer than before tell nothing. */
  update(images: number): void;
  stop(): void;
}

/** Seconds between two plain lines, where there is no terminal. */
const PLAIN_INTERVAL_SECONDS = 10;

/**
 * A bar with the time left on a terminal, and a line every ten seconds elsewhere.
 * @param total number of images.
 */
export function showProgress(streams: Streams, label: string, total: number): Progress {
  const start = performance.now();
  const timeLeft = new TimeLeft();
  // The speed later needs the time of every call; the words are for lines alone: the first ones load Intl's data.
  const state = (images: number) => {
    const seconds = timeLeft.at(images, total - images);
    const rate = (1000 * images) / Math.max(1, performance.now() - start);
    return () => ({ rate: speed(rate), left: formatTimeLeft(seconds) });
  };
  const { update, stop } = streams.terminal
    ? bar(streams.terminal, label, total, state)
    : plainLines(streams, label, total, state);
  let most = 0;
  const rising = (images: number): void => {
    most = Math.max(most, images);
    update(most);
  };
  return { update: rising, stop };
}

/** A number of images for people: an image that is under way in tenths. */
const told = (images: number): string => String(Number.isInteger(images) ? images : images.toFixed(1));

/** Whole images a second, or tenths where they are few. */
const speed = (rate: number): string =>
  rate < 10 && rate > 0 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en');

/** Notes how far a command is, and gives what tells images a second and the time left. */
type State = (images: number) => () => { readonly rate: string; readonly left: string };

function bar(stream: NodeJS.WritableStream, label: string, total: number, state: State): Progress {
  const format = `${label} [{bar}] {done}/{total} images  {rate} images/s  {left}`;
  const options = { format, stream, hideCursor: true, clearOnComplete: true };
  // Loaded at once, and only where there is a terminal.
  const cliProgress = createRequire(import.meta.url)('cli-progress') as typeof import('cli-progress');
  const single = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
  single.start(total, 0, { done: '0', rate: '–', left: formatTimeLeft(undefined) });
  // An interrupted command gives the cursor back, too.
  const release = atExit(() => single.stop());
  return {
    update: (images) => single.update(images, { done: told(images), ...state(images)() }),
    stop: () => {
      release();
      single.stop();
    },
  };
}

function plainLines(streams: Streams, label: string, total: number, state: State): Progress {
  const lines = new SparseLines(PLAIN_INTERVAL_SECONDS, 'waits', (line) => streams.err(`${line}\n`));
  return {
    update: (images) => {
      const words = state(images);
      lines.maybe(() => {
        const { rate, left } = words();
        return `${label}: ${told(images)} of ${total} images, ${rate} images/s  ${left}`;
      });
    },
    stop: () => undefined,
  };
}
