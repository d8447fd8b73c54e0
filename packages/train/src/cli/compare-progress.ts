import cliProgress from 'cli-progress';
import type { ComparisonProgress } from '../evaluation/comparison/index.js';
import { duration } from './progress.js';

/** Seconds between two plain lines, where there is no terminal. */
const PLAIN_INTERVAL = 10;

/** Shows how far a comparison is, on standard error. */
export interface ComparisonDisplay {
  progress(progress: ComparisonProgress): void;
  stop(): void;
}

const remaining = ({ etaSeconds }: ComparisonProgress): string =>
  etaSeconds === undefined ? '…' : duration(etaSeconds);

/** A bar on a terminal, plain lines elsewhere. */
export function comparisonDisplay(): ComparisonDisplay {
  return process.stderr.isTTY ? barDisplay() : plainDisplay();
}

function barDisplay(): ComparisonDisplay {
  const format = '[{bar}] {percentage}%  {done}/{count}  ETA {remaining}  {label}';
  const bar = new cliProgress.SingleBar(
    { format, hideCursor: true, clearOnComplete: true, etaBuffer: 1 },
    cliProgress.Presets.shades_classic,
  );
  let running = false;
  return {
    progress: (progress) => {
      const { done, total: count, label, share } = progress;
      const values = { done, count, label, remaining: remaining(progress) };
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
  let last = Number.NEGATIVE_INFINITY;
  return {
    progress: (progress) => {
      const now = performance.now();
      if (now - last < PLAIN_INTERVAL * 1000) return;
      last = now;
      const { done, total, label } = progress;
      console.error(`${done} of ${total}  ETA ${remaining(progress)}  ${label}`);
    },
    stop: () => undefined,
  };
}
