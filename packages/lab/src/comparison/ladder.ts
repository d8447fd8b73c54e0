import type { Measurement } from './measurement.js';

/** What a curve must cover, dB. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

type Rung = Pick<Measurement, 'method' | 'variant' | 'isRung'>;

/** The ladder that a setting is a rung of: those of one variant, coarse to fine. */
const ladderOf = ({ method, variant, isRung }: Rung): string | undefined =>
  isRung ? `${method.id} ${variant}` : undefined;

/** From the middle down, then up. */
function fromMiddle(indices: readonly number[]): number[] {
  const middle = indices.length >> 1;
  return [...indices.slice(0, middle + 1).reverse(), ...indices.slice(middle + 1)];
}

/** In which order settings are measured: as they are planned, but each ladder from its middle, so that few are needed. */
export function visitOrder(rungs: readonly Rung[]): number[] {
  const order: number[] = [];
  for (let start = 0; start < rungs.length; ) {
    const ladder = ladderOf(rungs[start]!);
    let end = start + 1;
    while (end < rungs.length && ladder !== undefined && ladderOf(rungs[end]!) === ladder) end++;
    order.push(...fromMiddle(Array.from({ length: end - start }, (_, i) => start + i)));
    start = end;
  }
  return order;
}

/** Knows which settings are of no use: finer than one that is fine enough, or coarser than one that is coarse enough. */
export class LadderWatch {
  readonly #span: Span;
  readonly #bounds = new Map<string, { first: number; last: number }>();

  constructor(span: Span) {
    this.#span = span;
  }

  isNeeded(rung: Rung, index: number): boolean {
    const bounds = this.#bounds.get(ladderOf(rung) ?? '');
    return bounds === undefined || (index >= bounds.first && index <= bounds.last);
  }

  /** @param psnr what a setting gave, dB; null without any error. */
  note(rung: Rung, index: number, psnr: number | null): void {
    const ladder = ladderOf(rung);
    if (ladder === undefined) return;
    const { first, last } = this.#bounds.get(ladder) ?? { first: 0, last: Number.POSITIVE_INFINITY };
    const reached = psnr ?? Number.POSITIVE_INFINITY;
    this.#bounds.set(ladder, {
      first: reached <= this.#span.low ? Math.max(first, index) : first,
      last: reached >= this.#span.high ? Math.min(last, index) : last,
    });
  }
}
