import cliProgress from 'cli-progress';
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
 * @param total number of images, undefined where it is not known.
 */
export function showProgress(streams: Streams, label: string, total: number | undefined): Progress {
  return streams.terminal && total !== undefined
    ? bar(streams.terminal, label, total)
    : plainLines(streams, label, total);
}

function bar(stream: NodeJS.WritableStream, label: string, total: number): Progress {
  const format = `${label} [{bar}] {value}/{total} images  {rate} images/s  {left}`;
  const options = { format, stream, hideCursor: true, clearOnComplete: true };
  const single = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
  const start = performance.now();
  const timeLeft = new TimeLeft();
  single.start(total, 0, { rate: '–', left: formatTimeLeft(undefined) });
  // An interrupted command gives the cursor back, too.
  const release = atExit(() => single.stop());
  return {
    update: (images) => {
      const left = formatTimeLeft(timeLeft.at(images, total - images));
      single.update(images, { rate: perSecond(images, start), left });
    },
    stop: () => {
      release();
      single.stop();
    },
  };
}

function plainLines(streams: Streams, label: string, total: number | undefined): Progress {
  const start = performance.now();
  const timeLeft = new TimeLeft();
  let last = start;
  return {
    update: (images) => {
      const left = total === undefined ? '' : `  ${formatTimeLeft(timeLeft.at(images, total - images))}`;
      const now = performance.now();
      if (now - last < PLAIN_INTERVAL_SECONDS * 1000) return;
      last = now;
      const of = total === undefined ? '' : ` of ${total}`;
      streams.err(`${label}: ${images}${of} images, ${perSecond(images, start)} images/s${left}\n`);
    },
    stop: () => undefined,
  };
}

function perSecond(images: number, start: number): string {
  return Math.round((1000 * images) / Math.max(1, performance.now() - start)).toLocaleString('en');
}
