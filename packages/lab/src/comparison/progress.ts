import { formatTimeLeft, TimeLeft } from '@convae/runtime';
import cliProgress from 'cli-progress';
import type { ComparisonProgress } from './index.js';

/** Seconds between two plain lines, where there is no terminal. */
const PLAIN_INTERVAL = 10;

/** Shows how far a comparison is, on standard error. */
export interface ComparisonDisplay {
  progress(progress: ComparisonProgress): void;
  stop(): void;
}

function comparisonTimeLeft(): (progress: ComparisonProgress) => string {
  const timeLeft = new TimeLeft();
  return ({ share }) => formatTimeLeft(timeLeft.at(share, 1 - share));
}

/** A bar on a terminal, plain lines elsewhere. */
export function comparisonDisplay(): ComparisonDisplay {
  return process.stderr.isTTY ? barDisplay() : plainDisplay();
}

function barDisplay(): ComparisonDisplay {
  const format = '[{bar}] {percentage}%  {done}/{count}  {left}  {label}';
  const bar = new cliProgress.SingleBar(
    { format, hideCursor: true, clearOnComplete: true },
    cliProgress.Presets.shades_classic,
  );
  const timeLeft = comparisonTimeLeft();
  let running = false;
  return {
    progress: (progress) => {
      const { done, total: count, label, share } = progress;
      const values = { done, count, label, left: timeLeft(progress) };
      if (!running) bar.start(1000, 0, values);
      running = true;
      bar.update(Math.round(1000 * share), values);
    },
    stop: () => {
      if (running) bar.stop();
      running = false;
    },
  };
}

function plainDisplay(): ComparisonDisplay {
  const timeLeft = comparisonTimeLeft();
  let last = Number.NEGATIVE_INFINITY;
  return {
    progress: (progress) => {
      const left = timeLeft(progress);
      const now = performance.now();
      if (now - last < PLAIN_INTERVAL * 1000) return;
      last = now;
      const { done, total, label } = progress;
      console.error(`${done} of ${total}  ${left}  ${label}`);
    },
    stop: () => undefined,
  };
}
