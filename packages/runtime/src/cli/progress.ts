import cliProgress from 'cli-progress';
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
 * @param total number of images, undefined where it is not known.
 */
export function showProgress(streams: Streams, label: string, total: number | undefined): Progress {
  return streams.terminal && total !== undefined
    ? bar(streams.terminal, label, total)
    : plainLines(streams, label, total);
}

function bar(stream: NodeJS.WritableStream, label: string, total: number): Progress {
  const format = `${label} [{bar}] {value}/{total} images  {rate} images/s  ETA {eta_formatted}`;
  const options = { format, stream, hideCursor: true, clearOnComplete: true };
  const single = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
  const start = performance.now();
  single.start(total, 0, { rate: '–' });
  // An interrupted command gives the cursor back, too.
  const release = atExit(() => single.stop());
  return {
    update: (images) => single.update(images, { rate: perSecond(images, start) }),
    stop: () => {
      release();
      single.stop();
    },
  };
}

function plainLines(streams: Streams, label: string, total: number | undefined): Progress {
  const start = performance.now();
  let last = start;
  return {
    update: (images) => {
      const now = performance.now();
      if (now - last < PLAIN_INTERVAL_SECONDS * 1000) return;
      last = now;
      const left = total === undefined ? '' : `, ${eta(images, total, now - start)} left`;
      const of = total === undefined ? '' : ` of ${total}`;
      streams.err(`${label}: ${images}${of} images, ${perSecond(images, start)} images/s${left}\n`);
    },
    stop: () => undefined,
  };
}

function perSecond(images: number, start: number): string {
  return Math.round((1000 * images) / Math.max(1, performance.now() - start)).toLocaleString('en');
}

function eta(images: number, total: number, milliseconds: number): string {
  const seconds = Math.ceil((milliseconds / 1000 / Math.max(1, images)) * (total - images));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
