import { formatTimeLeft, TimeLeft } from '@convae/runtime';
import { liveBar, SparseLines } from '@convae/train/kit';
import type { ComparisonProgress } from './run.js';

/** Seconds between two plain lines, where there is no terminal. */
const PLAIN_INTERVAL = 10;

/** Shows how far a comparison is, on standard error. */
export interface ComparisonDisplay {
  progress(progress: ComparisonProgress): void;
  stop(): void;
}

/** A bar on a terminal, plain lines elsewhere. */
export function comparisonDisplay(): ComparisonDisplay {
  const timeLeft = new TimeLeft();
  const left = (share: number): string => formatTimeLeft(timeLeft.at(share, 1 - share));
  return process.stderr.isTTY ? barDisplay(left) : plainDisplay(left);
}

function barDisplay(left: (share: number) => string): ComparisonDisplay {
  const bar = liveBar('[{bar}] {percentage}%  {done}/{count}  {left}  {label}');
  return {
    progress: ({ done, total: count, label, share }) =>
      bar.show(Math.round(1000 * share), 1000, { done, count, label, left: left(share) }),
    stop: bar.stop,
  };
}

function plainDisplay(left: (share: number) => string): ComparisonDisplay {
  const lines = new SparseLines(PLAIN_INTERVAL, 'at-once');
  return {
    progress: ({ done, total, label, share }) => {
      const text = left(share);
      lines.maybe(() => `${done} of ${total}  ${text}  ${label}`);
    },
    stop: () => undefined,
  };
}
