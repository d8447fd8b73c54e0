import type { RunResult } from './run-result.js';
import type { SweepRun } from './runs.js';

/** How far one run is. */
export interface RunState {
  readonly run: SweepRun;
  readonly phase: 'waiting' | 'training' | 'exporting' | 'finished' | 'failed' | 'stopped';
  /** Epochs done. */
  readonly epoch: number;
  /** Epochs that were done when this sweep took it up. */
  readonly startedAt: number;
  /** dB on the validation images, the best so far. */
  readonly psnr: number | null;
  /** Where it is finished. */
  readonly result?: RunResult;
  /** Where it failed. */
  readonly reason?: string;
}

/** True where nothing more happens to a run. */
const ended = ({ phase }: RunState): boolean =>
  phase === 'finished' || phase === 'failed' || phase === 'stopped';

/** Epochs to go and epochs done since the sweep was started; what ended early counts as done. */
export function epochsOf(states: readonly RunState[]): { done: number; left: number } {
  const done = states.reduce((sum, { epoch, startedAt }) => sum + epoch - startedAt, 0);
  const open = states.filter((state) => !ended(state));
  return { done, left: open.reduce((sum, { run, epoch }) => sum + run.recipe.epochs - epoch, 0) };
}
