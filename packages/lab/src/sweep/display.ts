import { formatDuration, formatTimeLeft, SparseLines, TimeLeft } from '@convae/runtime';
import { columns, type Dataset } from '@convae/train/kit';
import type { SweepRun } from './runs.js';
import { epochsOf, type RunState } from './states.js';
import type { Variants } from './variants.js';

/** Seconds between two plain lines about how far everything is, where there is no terminal. */
const PLAIN_INTERVAL = 60;
/** Milliseconds between two drawings of the table. */
const REDRAW_MS = 250;
/** Rows of the table where the terminal does not say how many it has. */
const DEFAULT_ROWS = 24;

/** Shows a sweep on standard error: a live table on a terminal, plain lines elsewhere. */
export interface SweepDisplay {
  change(states: readonly RunState[], changed: RunState): void;
  stop(): void;
}

export function sweepDisplay(): SweepDisplay {
  return process.stderr.isTTY ? tableDisplay() : plainDisplay();
}

/** What is going to be trained. */
export function planText(
  { variants, leftOut }: Variants,
  runs: readonly SweepRun[],
  dataset: Dataset,
  jobs: number,
): string {
  const { train, validation, name } = dataset;
  const seeds = runs.length / variants.length;
  const left = leftOut > 0 ? `; ${leftOut} left out for their number of parameters` : '';
  const images = `${train.count.toLocaleString('en')} training and ${validation.count.toLocaleString('en')} validation images`;
  return `${name}: ${images}\n${variants.length} variants × ${seeds} seeds = ${runs.length} runs, ${jobs} at a time${left}`;
}

const decibels = (psnr: number | null): string => (psnr === null ? '' : `${psnr.toFixed(2)} dB`);
const nameOf = ({ run }: RunState): string => `${run.variant.label} seed ${run.seed}`;

function summary(states: readonly RunState[], timeLeft: TimeLeft): string {
  const count = (phase: RunState['phase']): number => states.filter((state) => state.phase === phase).length;
  const { done, left } = epochsOf(states);
  const failed = count('failed') > 0 ? `, ${count('failed')} failed` : '';
  const eta = left === 0 ? '' : `, ${formatTimeLeft(timeLeft.at(done, left))}`;
  return `${count('finished')} of ${states.length} runs finished${failed}${eta}`;
}

const ORDER = ['training', 'exporting', 'failed', 'finished', 'stopped', 'waiting'];

/** The table of a sweep: running ones first, then failed ones, then the best finished ones. */
function sweepTable(states: readonly RunState[], rows: number): string {
  const sorted = [...states].sort(
    (a, b) => ORDER.indexOf(a.phase) - ORDER.indexOf(b.phase) || (b.psnr ?? 0) - (a.psnr ?? 0),
  );
  const shown = sorted.slice(0, Math.max(1, rows));
  const head = ['run', 'parameters', 'epoch', 'validation', 'state'];
  const cells = shown.map((state) => [
    nameOf(state).slice(0, 60),
    state.run.variant.parameters.toLocaleString('en'),
    `${state.epoch}/${state.run.recipe.epochs}`,
    decibels(state.psnr),
    state.phase,
  ]);
  const more = states.length - shown.length;
  return `${columns([head, ...cells])}${more > 0 ? `\n  and ${more} more` : ''}`;
}

function tableDisplay(): SweepDisplay {
  const timeLeft = new TimeLeft();
  const { stderr } = process;
  let latest: readonly RunState[] = [];
  let drawn = 0;
  const draw = (): void => {
    if (latest.length === 0) return;
    const width = stderr.columns || 80;
    const text = `${sweepTable(latest, (stderr.rows || DEFAULT_ROWS) - 4)}\n${summary(latest, timeLeft)}`;
    const lines = text.split('\n').map((line) => line.slice(0, width - 1));
    // Up to the first line of the table drawn before, and clear from there.
    stderr.write(`${drawn > 0 ? `\x1b[${drawn}F` : ''}\x1b[J${lines.join('\n')}\n`);
    drawn = lines.length;
  };
  const timer = setInterval(draw, REDRAW_MS);
  let stopped = false;
  return {
    change: (states) => {
      latest = [...states];
    },
    stop: () => {
      clearInterval(timer);
      if (!stopped) draw();
      stopped = true;
    },
  };
}

/** What a plain line says of a change; nothing of an epoch. */
function changeText(state: RunState): string | undefined {
  const { phase, epoch, startedAt, result, reason } = state;
  if (phase === 'failed') return `${nameOf(state)}: failed: ${reason}`;
  if (phase === 'stopped') return `${nameOf(state)}: stopped`;
  if (phase === 'finished' && result)
    return `${nameOf(state)}: ${decibels(result.validationPsnr)} in ${formatDuration(result.seconds)}${startedAt === epoch ? ' (before)' : ''}`;
  if (phase !== 'training' || epoch !== startedAt) return undefined;
  return `${nameOf(state)}: ${epoch > 0 ? `going on after epoch ${epoch}` : 'started'}`;
}

function plainDisplay(): SweepDisplay {
  const timeLeft = new TimeLeft();
  const lines = new SparseLines(PLAIN_INTERVAL);
  return {
    change: (states, changed) => {
      const about = summary(states, timeLeft);
      const text = changeText(changed);
      if (text !== undefined) return lines.say(`${text}  [${about}]`);
      const { epoch, run, psnr } = changed;
      const place = `epoch ${epoch}/${run.recipe.epochs} ${decibels(psnr)}`;
      lines.maybe(() => `${nameOf(changed)}: ${place}  [${about}]`);
    },
    stop: () => undefined,
  };
}
