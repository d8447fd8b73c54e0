import { formatTimeLeft, SparseLines, TimeLeft } from '@convae/runtime';
import { liveBar } from '@convae/train/kit';
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
  const leftAt = (share: number): string => formatTimeLeft(timeLeft.at(share, 1 - share));
  const bar = liveBar('[{bar}] {percentage}%  {done}/{count}  {left}  {label}');
  const lines = new SparseLines(PLAIN_INTERVAL, 'at-once');
  return {
    progress: ({ done, total: count, label, share }) => {
      const left = leftAt(share);
      if (process.stderr.isTTY) bar.show(Math.round(1000 * share), 1000, { done, count, label, left });
      else lines.maybe(() => `${done} of ${count}  ${left}  ${label}`);
    },
    stop: bar.stop,
  };
}
