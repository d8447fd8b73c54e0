import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ConvaeError } from '@convae/runtime/core';
import {
  isComplete,
  isDefect,
  loadCheckpoint,
  readHistory,
  readRunSettings,
  writeRunSettings,
} from '@convae/train/kit';
import { reasonOf, runCommand } from './process.js';
import { readResult, writeResult } from './run-result.js';
import type { SweepRun } from './runs.js';
import type { RunState } from './states.js';

/** Time between two looks at the logs of the running runs, ms. */
const POLL_MS = 1000;

export interface ExecuteOptions {
  readonly runs: readonly SweepRun[];
  /** Processes at a time, 1 or more. */
  readonly jobs: number;
  /** The built `cli/main.js`, which trains and exports. */
  readonly script: string;
  readonly createdBy: string;
  /** Ends the sweep: its processes stop after their current step. */
  readonly signal: AbortSignal;
  /** Folder for TensorBoard's event files, a folder for each run within it. */
  readonly tensorboard?: string | undefined;
  /** Hears of every change; `changed` is the run that it is about. */
  readonly onChange: (states: readonly RunState[], changed: RunState) => void;
}

/** The states of all runs, and who hears of them. */
class Board {
  readonly states: RunState[];

  readonly #options: ExecuteOptions;

  constructor(options: ExecuteOptions) {
    this.#options = options;
    this.states = options.runs.map((run) => ({ run, phase: 'waiting', epoch: 0, startedAt: 0, psnr: null }));
  }

  set(index: number, change: Partial<RunState>): void {
    const state = { ...this.states[index]!, ...change };
    this.states[index] = state;
    this.#options.onChange(this.states, state);
  }

  /** Reads how far the runs in training are. */
  async poll(): Promise<void> {
    for (const [index, { run, phase }] of this.states.entries()) {
      if (phase !== 'training') continue;
      const { epoch, psnr } = await progressOf(run);
      const known = this.states[index]!;
      if (known.phase === 'training' && epoch > known.epoch) this.set(index, { epoch, psnr });
    }
  }
}

async function progressOf(run: SweepRun): Promise<Pick<RunState, 'epoch' | 'psnr'>> {
  // A run that has not begun has no log; of a damaged one the run itself will tell.
  const history = await readHistory(run.paths.epochs).catch((error: unknown) => {
    if (error instanceof ConvaeError) return [];
    throw error;
  });
  const measured = history.flatMap(({ validationPsnr }) => validationPsnr ?? []);
  return { epoch: history.length, psnr: measured.length > 0 ? Math.max(...measured) : null };
}

/** The settings stand in run.json before a run begins, so beginning it and going on with it are the same command. */
async function prepare({ paths, settings }: SweepRun, createdBy: string): Promise<void> {
  await mkdir(paths.folder, { recursive: true });
  if ((await readRunSettings(paths)) !== undefined) return;
  const command = `convae-train train --resume --out ${paths.folder}`;
  await writeRunSettings(paths, { format: 'convae-run', version: 1, createdBy, command, settings });
}

function trainArguments({ name, paths }: SweepRun, tensorboard: string | undefined): string[] {
  const events = tensorboard === undefined ? [] : ['--tensorboard', join(tensorboard, name)];
  return ['train', '--resume', '--out', paths.folder, ...events];
}

type End = Partial<RunState> & Pick<RunState, 'phase'>;

/** Trains and exports one run. */
async function trainAndExport(run: SweepRun, options: ExecuteOptions, onExport: () => void): Promise<End> {
  const { script, signal } = options;
  const command = (args: string[], log: string) =>
    runCommand({ script, args, signal, log: join(run.paths.folder, log) });
  const trained = await command(trainArguments(run, options.tensorboard), 'train.log');
  if (signal.aborted) return { phase: 'stopped' };
  if (trained.code !== 0) return { phase: 'failed', reason: reasonOf(trained) };
  if (!isComplete(await loadCheckpoint(run.paths.last)))
    return { phase: 'failed', reason: 'somebody ended its process; its last state is kept' };
  onExport();
  const exported = await command(['export', run.paths.folder], 'export.log');
  if (signal.aborted) return { phase: 'stopped' };
  if (exported.code !== 0) return { phase: 'failed', reason: reasonOf(exported) };
  const result = await writeResult(run);
  return { phase: 'finished', result, epoch: result.epochs, psnr: result.validationPsnr };
}

async function runOne(board: Board, index: number, options: ExecuteOptions): Promise<void> {
  const { run } = board.states[index]!;
  await prepare(run, options.createdBy);
  const { epoch, psnr } = await progressOf(run);
  board.set(index, { phase: 'training', epoch, startedAt: epoch, psnr });
  const onExport = (): void => board.set(index, { phase: 'exporting' });
  board.set(index, await trainAndExport(run, options, onExport));
}

/** One run after the other, as long as there are any; what goes wrong with one is noted, and the rest goes on. */
async function work(board: Board, queue: number[], options: ExecuteOptions): Promise<void> {
  for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
    if (options.signal.aborted) return;
    await runOne(board, index, options).catch((error: unknown) => {
      if (isDefect(error)) throw error;
      board.set(index!, { phase: 'failed', reason: (error as Error).message });
    });
  }
}

/** Finds the runs that an earlier start has finished; returns the others. */
async function takeFinished(board: Board): Promise<number[]> {
  const open = [];
  for (const [index, { run }] of board.states.entries()) {
    const result = await readResult(run);
    if (result === undefined) open.push(index);
    else {
      const { epochs: epoch, validationPsnr: psnr } = result;
      board.set(index, { phase: 'finished', result, epoch, startedAt: epoch, psnr });
    }
  }
  return open;
}

/** Looks at the logs of the running runs, one look after the other, until the signal ends it. */
async function watch(board: Board, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await board.poll();
    // Only the signal rejects it.
    await setTimeout(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Works and watches; where one of them fails, the processes are ended before the failure is thrown. */
async function workAndWatch(board: Board, queue: number[], options: ExecuteOptions): Promise<void> {
  const [failed, finished] = [new AbortController(), new AbortController()];
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const workers = Array.from({ length: Math.min(options.jobs, queue.length) }, () =>
    work(board, queue, { ...options, signal }),
  );
  const working = Promise.all(workers).finally(() => finished.abort());
  const watching = watch(board, finished.signal);
  try {
    await Promise.all([working, watching]);
  } finally {
    failed.abort();
    await Promise.allSettled([...workers, watching]);
  }
}

/**
 * Train and export the runs, `jobs` at a time, each in processes of its own; finished ones are not repeated,
 * interrupted ones go on.
 *
 * @returns how each ended; `waiting` and `stopped` where the signal ended the sweep
 */
export async function executeRuns(options: ExecuteOptions): Promise<readonly RunState[]> {
  const board = new Board(options);
  const queue = await takeFinished(board);
  await workAndWatch(board, queue, options);
  return board.states;
}
