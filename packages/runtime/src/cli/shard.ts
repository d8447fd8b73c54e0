import { InvalidArgumentError } from 'commander';

/** Part `index` (1 to `of`) of a set of images. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Most parts. */
const MAX_SHARDS = 1_000_000;

/** Reads `i/n`, 1 ≤ i ≤ n. */
export function parseShard(text: string): Shard {
  const match = /^(\d{1,7})\/(\d{1,7})$/.exec(text);
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  if (match && index >= 1 && index <= of && of <= MAX_SHARDS) return { index, of };
  throw new InvalidArgumentError(`expected I/N with 1 ≤ I ≤ N, received '${text}'`);
}

/** The first and the last image (exclusive) of a shard: runs in order, as long as each other, give or take one. */
export function shardRange({ index, of }: Shard, total: number): [start: number, end: number] {
  return [Math.floor(((index - 1) * total) / of), Math.floor((index * total) / of)];
}

/** `out.cae` and 3/10: `out-03-of-10.cae`. */
export function shardPath(path: string, { index, of }: Shard): string {
  if (path === '-') return path;
  const [, stem, extension = ''] = /^(.*?)(\.[^./\\]*)?$/s.exec(path)!;
  return `${stem}-${String(index).padStart(String(of).length, '0')}-of-${of}${extension}`;
}

const SHARD_NAME = /-(\d{1,7})-of-(\d{1,7})(?:\.[^./\\]*)?$/;

/**
 * Where all files have names that {@link shardPath} gives: says which shard is not there or not in its place.
 * Undefined where nothing is missing, and for other names.
 */
export function missingShard(paths: readonly string[]): string | undefined {
  const shards = paths.map((path) => SHARD_NAME.exec(path));
  const of = shards[0]?.[2];
  if (shards.some((shard) => shard === null || shard[2] !== of)) return undefined;
  const wrong = shards.findIndex((shard, i) => Number(shard?.[1]) !== i + 1);
  if (wrong === -1 && shards.length === Number(of)) return undefined;
  const place = wrong === -1 ? shards.length : wrong;
  const found = paths[place] ?? 'nothing';
  return `expected shard ${place + 1} of ${Number(of)} for part ${place + 1}, received ${found}`;
}
