import type { ImageBatch } from '@convae/runtime/core';
import { spread } from '../../dataset/split.js';
import { networkTensorCount } from '../../model/parameters.js';
import { measurePoint, reachedBy } from './rate-measure.js';
import { MAX_LAMBDA, middleOf, type RateSpec } from './rate-spec.js';
import type { RateContext } from './rate-step.js';
import type { Moment } from './schedule.js';
import { excessOf, octavesTo, type RateTarget, type Reached } from './target.js';

/** Corrections in a whole run, if it was steered from the first step on. */
const CORRECTIONS = 40;
/** The part of the run that a context network gets before its bytes are believed. */
const CONTEXT_SETTLES = 0.1;
/** The part of its error that a correction takes away at first, and the last of them. */
const DAMPING = { first: 0.35, last: 0.15 } as const;
/** The most that a correction moves lambda, octaves. */
const MAX_MOVE = 1;
/** Images that a correction looks at, most; and the settling. */
const CORRECTION_IMAGES = 256;
const SETTLING_IMAGES = 1000;
/** The most that it moves lambda, octaves: before tuning, and at the end, where nothing adapts any more. */
const SETTLING_REACH = { settle: 3, finish: 0.5 } as const;
/** Measurements of the settling, most, */
const SETTLING_ROUNDS = 6;
/** and when it is content: dB, or a share of the bytes. */
const SETTLED = 0.02;

/** The recipe's rate with its lambdas raised. */
export function raised<R extends Pick<RateSpec, 'lambdas'>>(rate: R, octaves: number): R {
  return { ...rate, lambdas: rate.lambdas.map((lambda) => lambda * 2 ** octaves) };
}

/** The part of the run from which the target is followed: before, distortion weighs more than it will. */
function steeredFrom({ emphasis, emphasisUntil, context, contextFrom, target }: RateSpec): number {
  const ready = emphasis > 1 ? emphasisUntil : 0;
  if (context === null || target === null || 'psnr' in target) return ready;
  return Math.max(ready, contextFrom + CONTEXT_SETTLES);
}

/** What can be done for the target: `settle` before encoder and gains rest, `finish` when all is trained. */
export type SteeringTurn = 'correct' | 'settle' | 'finish' | 'nothing';

/** What is done for the target when so many steps of the run are. */
export function steeringAt(rate: RateSpec, { step, steps }: Moment): SteeringTurn {
  if (rate.target === null) return 'nothing';
  if (step === steps) return 'finish';
  const end = Math.ceil(rate.tuneFrom * steps);
  if (step === end) return 'settle';
  const every = Math.max(1, Math.floor(steps / CORRECTIONS));
  const within = step >= steeredFrom(rate) * steps && step < end;
  return within && step % every === 0 ? 'correct' : 'nothing';
}

/** Octaves of lambda that a correction adds after `done` of the run, 0..1, where this was measured. */
export function correction(rate: RateSpec, target: RateTarget, reached: Reached, done: number): number {
  const from = steeredFrom(rate);
  const passed = Math.min(1, Math.max(0, (done - from) / Math.max(1e-9, rate.tuneFrom - from)));
  const damping = DAMPING.first + (DAMPING.last - DAMPING.first) * passed;
  return clamp(damping * octavesTo(target, reached), MAX_MOVE);
}

const clamp = (value: number, most: number): number => Math.min(most, Math.max(-most, value));

/** Octaves by which lambdas may still move: they stay below {@link MAX_LAMBDA}, and as far from it as that is from 1. */
function allowed({ rate }: RateContext, move: number): number {
  const [least, most] = [
    Math.log2(rate.lambdas[0]! * MAX_LAMBDA),
    Math.log2(MAX_LAMBDA / rate.lambdas.at(-1)!),
  ];
  return Math.min(most, Math.max(-least, move));
}

/**
 * The context with lambdas raised, and its gains with them: the best step goes with the root of lambda, so what is measured
 * moves at once and the networks follow.
 */
function moved(context: RateContext, octaves: number): RateContext {
  const { store, shapes, rate } = context;
  const change = (octaves * Math.LN2) / 2;
  store.update(networkTensorCount(shapes), (values) => values.map((value) => value + change));
  return { ...context, rate: raised(rate, octaves) };
}

const middlePoint = (context: RateContext, images: ImageBatch): Reached =>
  reachedBy(measurePoint(context, images, middleOf(context.rate)));

/** Where steering looks, and how far the run is. */
export interface SteeringView {
  readonly images: ImageBatch;
  readonly target: RateTarget;
  /** 0..1. */
  readonly done: number;
}

/** One correction; returns the octaves that it moved lambdas by. */
export function correct(context: RateContext, { images, target, done }: SteeringView): number {
  const reached = middlePoint(context, spread(images, CORRECTION_IMAGES));
  const octaves = allowed(context, correction(context.rate, target, reached, done));
  moved(context, octaves);
  return octaves;
}

/** A place on the line on which lambdas and gains move together. */
interface Tried {
  /** From where the search began, octaves. */
  readonly octaves: number;
  readonly reached: Reached;
}

/** How many octaves of what is wanted an octave moved, from one place to another; within a factor of 2. */
function responseOf(target: RateTarget, from: Tried, to: Tried): number {
  const gone = octavesTo(target, from.reached) - octavesTo(target, to.reached);
  return Math.min(2, Math.max(0.5, gone / (to.octaves - from.octaves) || 1));
}

/** The steps brought to the target: a search that ends at the best place it saw. Returns octaves as {@link correct}. */
export function settle(
  start: RateContext,
  { images, target }: SteeringView,
  turn: keyof typeof SETTLING_REACH,
): number {
  const seen = spread(images, SETTLING_IMAGES);
  const off = ({ reached }: Tried): number => Math.abs(excessOf(target, reached));
  let context = start;
  let last: Tried = { octaves: 0, reached: middlePoint(context, seen) };
  let [best, response] = [last, 1];
  for (let round = 1; round < SETTLING_ROUNDS && off(best) > SETTLED; round++) {
    const wanted = last.octaves + clamp(octavesTo(target, last.reached) / response, MAX_MOVE);
    const move = allowed(context, clamp(wanted, SETTLING_REACH[turn]) - last.octaves);
    context = moved(context, move);
    const next = { octaves: last.octaves + move, reached: middlePoint(context, seen) };
    response = responseOf(target, last, next);
    last = next;
    if (off(next) < off(best)) best = next;
  }
  moved(context, best.octaves - last.octaves);
  return best.octaves;
}
