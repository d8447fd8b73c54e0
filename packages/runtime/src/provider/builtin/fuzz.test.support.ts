import { ConvaeError } from '../../errors.js';
import { compileKernels, createBuiltin } from './index.js';

/** What mutated graphs came to. */
export interface FuzzCounts {
  /** Graphs that still run. */
  ran: number;
  refused: number;
  /** Bytes of the largest memory that a graph took. */
  mostBytes: number;
}

/** Whole numbers in 0..bound - 1. */
type Random = (bound: number) => number;

/** Seeded uniform integers (mulberry32). */
function seeded(seed: number): Random {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

/** A few changed bytes, mostly outside of the weights: a bit, a byte, an extreme byte, a copied run, or a cut. */
function mutate(bytes: Uint8Array, places: readonly number[], random: Random): Uint8Array {
  let mutated = bytes.slice();
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const at = random(8) === 0 ? random(mutated.length) : places[random(places.length)]! % mutated.length;
    const kind = random(20);
    if (kind < 8) mutated[at]! ^= 1 << random(8);
    else if (kind < 14) mutated[at] = random(256);
    else if (kind < 17) mutated[at] = [0, 1, 127, 128, 255][random(5)]!;
    else if (kind < 19) mutated.copyWithin(at, random(mutated.length), random(mutated.length));
    else mutated = mutated.slice(0, Math.max(at, 1));
  }
  return mutated;
}

/** Longest run of bytes that is no part of weights: names, attributes and shapes are short. */
const MAX_FIELD = 256;

/** Places of the bytes that are not weights. */
export function structureOf(bytes: Uint8Array, weights: readonly (readonly [number, number])[]): number[] {
  const inside = (at: number): boolean =>
    weights.some(([begin, end]) => end - begin > MAX_FIELD && at >= begin && at < end);
  return Array.from(bytes.keys()).filter((at) => !inside(at));
}

/** The memories of the sessions since they were last looked at. */
const memories: WebAssembly.Memory[] = [];

const { instantiate } = WebAssembly;
WebAssembly.instantiate = (async (...args: [never]) => {
  const instance = (await instantiate(...args)) as unknown as WebAssembly.Instance;
  memories.push(instance.exports.memory as WebAssembly.Memory);
  return instance;
}) as typeof WebAssembly.instantiate;

const builtin = createBuiltin(compileKernels);

/** Loads and runs a graph. @returns Whether it ran; false where it was refused by a ConvaeError. */
async function tryGraph(bytes: Uint8Array, input: Float32Array, dims: readonly number[]): Promise<boolean> {
  try {
    const session = await builtin.InferenceSession.create(bytes);
    const feed = new builtin.Tensor('float32', input, dims);
    await session.run(Object.fromEntries(session.inputNames.map((name) => [name, feed])));
    await session.release();
    return true;
  } catch (error) {
    if (error instanceof ConvaeError) return false;
    throw error;
  }
}

/** Loads and runs mutated graphs. @throws what is no ConvaeError, with the graph's number. */
export async function fuzzGraphs(
  graph: Uint8Array,
  places: readonly number[],
  dims: readonly number[],
  rounds: number,
  seed: number,
): Promise<FuzzCounts> {
  const counts = { ran: 0, refused: 0, mostBytes: 0 };
  const input = Float32Array.from(
    { length: dims.reduce((a, b) => a * b) },
    (_, i) => ((i * 7919) % 256) / 255,
  );
  for (let round = 0; round < rounds; round++) {
    const mutated = mutate(graph, places, seeded(seed + round));
    const ran = await tryGraph(mutated, input, dims).catch((cause: unknown) => {
      throw new Error(`graph ${seed + round}: ${cause}`, { cause });
    });
    counts[ran ? 'ran' : 'refused']++;
    counts.mostBytes = Math.max(
      counts.mostBytes,
      ...memories.splice(0).map(({ buffer }) => buffer.byteLength),
    );
  }
  return counts;
}
