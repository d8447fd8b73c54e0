import { ConvaeError } from '../../errors.js';
import type { Graph } from './graph.js';
import type { Operator } from './node.js';
import { SINGLE } from './operators/single.js';
import { transposedConvolution } from './operators/transposed.js';

/** Operators by ONNX's names. */
export type Operators = ReadonlyMap<string, Operator>;

/** Those of the smallest decoders. */
const FIRST: Operators = new Map(Object.entries({ ConvTranspose: transposedConvolution, ...SINGLE }));

/** The code of further ones, the rarest last. */
const FURTHER: readonly (() => Promise<Operators>)[] = [
  async () => (await import('./common-operators.js')).COMMON,
  async () => (await import('./rare-operators.js')).RARE,
];

/**
 * The operators of a graph; code is loaded as far as it needs it.
 * @throws ConvaeError UNSUPPORTED naming one that is not there.
 */
export async function loadOperators({ nodes }: Graph): Promise<Operators> {
  let known = FIRST;
  const missing = () => nodes.find(({ operator }) => !known.has(operator))?.operator;
  for (const load of FURTHER) {
    if (missing() === undefined) return known;
    known = new Map([...known, ...(await load())]);
  }
  const name = missing()?.slice(0, 100);
  if (name === undefined) return known;
  throw new ConvaeError('UNSUPPORTED', `the operator ${name} is not supported by the builtin provider`);
}
