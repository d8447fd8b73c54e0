import cliProgress from 'cli-progress';
import { SparseLines } from '../node/sparse-lines.js';
import { formatTimeLeft, TimeLeft } from '../node/time-left.js';
import { atExit } from './at-exit.js';
import type { Streams } from './output.js';

/** Shows how far a command is. */
export interface Progress {
  /** @param images done so far. */
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
  const state = (images: number) => ({
    rate: Math.round((1000 * images) / Math.max(1, performance.now() - start)).toLocaleString('en'),
    left: formatTimeLeft(timeLeft.at(images, total - images)),
  });
  return streams.terminal
    ? bar(streams.terminal, label, total, state)
    : plainLines(streams, label, total, state);
}

/** Images a second and the time left after some images. */
type State = (images: number) => { readonly rate: string; readonly left: string };

function bar(stream: NodeJS.WritableStream, label: string, total: number, state: State): Progress {
  const format = `${label} [{bar}] {value}/{total} images  {rate} images/s  {left}`;
  const options = { format, stream, hideCursor: true, clearOnComplete: true };
  const single = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
  single.start(total, 0, { rate: '–', left: formatTimeLeft(undefined) });
  // An interrupted command gives the cursor back, too.
  const release = atExit(() => single.stop());
  return {
    update: (images) => single.update(images, state(images)),
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
      const { rate, left } = state(images);
      lines.maybe(() => `${label}: ${images} of ${total} images, ${rate} images/s  ${left}`);
    },
    stop: () => undefined,
  };
}
