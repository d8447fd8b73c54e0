import { BuiltinTensor } from './builtin-tensor.js';
import type { Graph } from './graph.js';
import { keepsImagesApart } from './separable.js';

/** Memory between input and output that a run of several images may take: half of a usual second-level cache. */
const CACHE_BYTES = 1 << 20;

/**
 * Runs a few images after the others, so that what is between input and output stays in the processor's cache.
 * @param bytesOf the memory that a run takes.
 * @param run runs all of its inputs at once.
 * @returns the outputs; undefined where all at once is the way.
 */
export type RunInParts = (
  inputs: readonly BuiltinTensor[],
  bytesOf: (inputs: readonly BuiltinTensor[]) => number,
  run: (inputs: readonly BuiltinTensor[]) => BuiltinTensor[],
) => BuiltinTensor[] | undefined;

/** How batches of a graph run in parts; never, where images of a batch meet in it. */
export function runsInParts(graph: Graph): RunInParts {
  if (!keepsImagesApart(graph)) return () => undefined;
  return ([input], bytesOf, run) => {
    const count = input?.dims[0] ?? 1;
    if (input === undefined || count < 2) return undefined;
    const most = Math.max(1, Math.floor(CACHE_BYTES / bytesOf([imagesOf(input, 0, 1)])));
    if (most >= count) return undefined;
    const parts = Math.ceil(count / most);
    const first = (part: number): number => Math.floor((part * count) / parts);
    const results = Array.from(
      { length: parts },
      (_, part) => run([imagesOf(input, first(part), first(part + 1))])[0]!,
    );
    return results.every(({ dims }, part) => dims[0] === first(part + 1) - first(part))
      ? [joined(results, count)]
      : undefined;
  };
}

/** Some images of a batch. */
function imagesOf({ type, data, dims }: BuiltinTensor, first: number, end: number): BuiltinTensor {
  const values = data.length / dims[0]!;
  return new BuiltinTensor(type, data.subarray(first * values, end * values), [
    end - first,
    ...dims.slice(1),
  ]);
}

/** Batches one after the other. */
function joined(parts: readonly BuiltinTensor[], count: number): BuiltinTensor {
  const [{ type, data, dims }] = parts as [BuiltinTensor];
  const total = (data.length / dims[0]!) * count;
  const values = type === 'float32' ? new Float32Array(total) : new Int32Array(total);
  let at = 0;
  for (const part of parts) {
    values.set(part.data, at);
    at += part.data.length;
  }
  return new BuiltinTensor(type, values, [count, ...dims.slice(1)]);
}
