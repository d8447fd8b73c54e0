import { ConvaeError, UsageError } from '@convae/runtime/core';
import type { Fit, OpenDatasetOptions, Size } from './options.js';

/** A size found in a source, and how many images have it. */
export interface SizeCount extends Size {
  readonly count: number;
}

type TargetOptions = Pick<OpenDatasetOptions, 'size' | 'fit' | 'multiple'>;

const MOST_SIZES_LISTED = 8;
const text = ({ height, width }: Size): string => `${height}×${width}`;
const same = (a: Size, b: Size): boolean => a.height === b.height && a.width === b.width;

/** The different sizes with their counts (1 where none is given), the most frequent first. */
export function countSizes(sizes: Iterable<Size & { readonly count?: number }>): SizeCount[] {
  const counts = new Map<string, SizeCount>();
  for (const { height, width, count = 1 } of sizes) {
    const key = text({ height, width });
    counts.set(key, { height, width, count: (counts.get(key)?.count ?? 0) + count });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || a.height - b.height || a.width - b.width);
}

/** `28×28 (60000), 32×32 (4)`: height × width (images). */
function describeSizes(sizes: readonly SizeCount[]): string {
  const listed = sizes.slice(0, MOST_SIZES_LISTED).map((size) => `${text(size)} (${size.count})`);
  const more = sizes.length - listed.length;
  return listed.join(', ') + (more > 0 ? ` and ${more} more sizes` : '');
}

function mixedError(sizes: readonly SizeCount[]): ConvaeError {
  return new ConvaeError(
    'SHAPE_MISMATCH',
    `images of ${sizes.length} sizes, height×width (images): ${describeSizes(sizes)}. ` +
      'Give --fit crop (to the smallest), --fit pad (to the largest), or --size HEIGHTxWIDTH with --fit resize; or --crop SIDE to train on crops',
  );
}

/** Smallest and largest side where several sizes meet. */
function commonSize(sizes: readonly SizeCount[], fit: Fit | undefined): Size {
  const [first, ...rest] = sizes as [SizeCount, ...SizeCount[]];
  if (rest.length === 0) return first;
  if (fit !== 'crop' && fit !== 'pad') throw mixedError(sizes);
  const pick = fit === 'crop' ? Math.min : Math.max;
  return {
    height: sizes.reduce((side, size) => pick(side, size.height), first.height),
    width: sizes.reduce((side, size) => pick(side, size.width), first.width),
  };
}

const ROUND = { crop: Math.floor, pad: Math.ceil, resize: Math.round };

function roundSide(side: number, multiple: number, fit: Fit): number {
  return Math.max(1, ROUND[fit](side / multiple)) * multiple;
}

function roundSize(size: Size, multiple: number, fit: Fit): Size {
  return { height: roundSide(size.height, multiple, fit), width: roundSide(size.width, multiple, fit) };
}

function toMultiple(found: Size, { size, fit, multiple = 1 }: TargetOptions): Size {
  if (found.height % multiple === 0 && found.width % multiple === 0) return found;
  const below = text(roundSize(found, multiple, 'crop'));
  const above = text(roundSize(found, multiple, 'pad'));
  if (size)
    throw new UsageError(
      `expected multiples of ${multiple} for size, received ${text(size)}: nearest are ${below} and ${above}`,
    );
  if (fit) return roundSize(found, multiple, fit);
  throw new ConvaeError(
    'SHAPE_MISMATCH',
    `images are ${text(found)} pixels, the network takes multiples of ${multiple}: ` +
      `give --fit crop (${below}) or --fit pad (${above})`,
  );
}

function requireFitting(sizes: readonly SizeCount[], target: Size, fit: Fit | undefined): void {
  const wrong = sizes.filter((size) => {
    if (fit === 'crop') return size.height < target.height || size.width < target.width;
    if (fit === 'pad') return size.height > target.height || size.width > target.width;
    return fit === undefined && !same(size, target);
  });
  if (wrong.length === 0) return;
  const why = fit === 'crop' ? 'too small to crop' : fit === 'pad' ? 'too large to pad' : 'not of this size';
  throw new ConvaeError(
    'SHAPE_MISMATCH',
    `expected images for ${text(target)}, some are ${why}, height×width (images): ${describeSizes(wrong)}. ` +
      `Give ${fit === undefined ? '--fit crop, --fit pad or ' : ''}--fit resize, or another --size`,
  );
}

/**
 * The one size that every image of these sizes is brought to.
 * @throws ConvaeError SHAPE_MISMATCH where the options do not say how, UsageError for a size that is no multiple.
 */
export function planTargetSize(sizes: readonly SizeCount[], options: TargetOptions): Size {
  const { height, width } = toMultiple(options.size ?? commonSize(sizes, options.fit), options);
  requireFitting(sizes, { height, width }, options.fit);
  return { height, width };
}
