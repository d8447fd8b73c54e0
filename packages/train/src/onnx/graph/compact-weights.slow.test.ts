import { describe, expect, it } from 'vitest';
import { createRandom } from '../../dataset/random.js';
import { buildLayersNetwork } from '../../model/build.js';
import { initialParameters } from '../../model/initialise.js';
import { presetSpec } from '../../model/presets.js';
import { roundedParameters } from '../../model/round-weights.js';
import { type ConvertedModel, convertModel } from '../convert.js';
import { tf } from '../fixtures.test.support.js';
import { openSession, type PlainTensor } from '../parity/ort.js';
import { compactWeights } from './compact-weights.js';
import type { Initializer, OnnxGraph } from './graph.js';
import { serializeGraph } from './serialize.js';

type Part = 'encoder' | 'decoder';

/** Both graphs of a preset on 28×28, its kernels rounded to eight bits or not. */
function converted(name: string, rounded: boolean): Record<Part, ConvertedModel> {
  const spec = presetSpec(name, { channels: 1, height: 28, width: 28 });
  const values = initialParameters(spec, { seed: 1, meanPixel: 0.3 });
  const network = buildLayersNetwork(tf, spec, rounded ? roundedParameters(spec, values) : values);
  try {
    return { encoder: convertModel(network.encoder), decoder: convertModel(network.decoder) };
  } finally {
    network.dispose();
  }
}

const elements = ({ data }: Initializer): number => data.length;
const isInt8 = ({ data }: Initializer): boolean => data instanceof Int8Array;
const largeFloats = ({ initializers }: OnnxGraph): Initializer[] =>
  initializers.filter(
    (weight) =>
      weight.data instanceof Float32Array &&
      weight.dims.filter((n) => n > 1).length > 1 &&
      elements(weight) >= 512,
  );
const namesOf = (weights: readonly Initializer[]): string[] => weights.map(({ name }) => name);

async function outputOf(bytes: Uint8Array, model: ConvertedModel): Promise<PlainTensor> {
  const [input] = model.inputs;
  const shape = input!.shape.map((size) => (typeof size === 'number' ? size : 3));
  const random = createRandom(8);
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal());
  const session = await openSession(bytes);
  try {
    return (await session.run({ [input!.name]: { data, shape } }))[model.outputs[0]!.name]!;
  } finally {
    await session.release();
  }
}

/** A graph as if its weights could not be stored in eight bits: a cast keeps them apart from their node. */
const asFloats = (graph: OnnxGraph): OnnxGraph => ({
  ...graph,
  nodes: [
    ...largeFloats(graph).map(({ name }) => ({
      op: 'Identity',
      name: `${name}/same`,
      inputs: [name],
      outputs: [`${name}/same`],
      attributes: {},
    })),
    ...graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map((name) =>
        largeFloats(graph).some((weight) => weight.name === name) ? `${name}/same` : name,
      ),
    })),
  ],
});

describe.each(['dense-64', 'grid-4', 'reference'])('the graphs of %s with rounded weights', (name) => {
  const parts = Object.entries(converted(name, true)) as [Part, ConvertedModel][];

  it.each(parts)('of the %s store every large weight in eight bits', (_part, { graph }) => {
    const compact = compactWeights(graph);
    expect(namesOf(largeFloats(compact))).toEqual([]);
    expect(compact.initializers.filter(isInt8)).toHaveLength(largeFloats(graph).length);
  });

  it.each(parts)('of the %s give the same outputs, bit for bit, in fewer bytes', async (_part, model) => {
    const plain = serializeGraph(asFloats(model.graph), '');
    const weights = largeFloats(model.graph).reduce((sum, weight) => sum + elements(weight), 0);
    expect(model.bytes.length).toBeLessThanOrEqual(plain.length - 2.5 * weights);
    expect(await outputOf(model.bytes, model)).toEqual(await outputOf(plain, model));
  });
});

describe('weights in float32', () => {
  it('stay where eight bits are not exact', () => {
    for (const { graph } of Object.values(converted('dense-64', false)))
      expect(compactWeights(graph)).toEqual(graph);
  });

  it('stay where one value is not exact, or the weight is small, shared, or not a weight', () => {
    const { graph } = converted('grid-4', true).encoder;
    const large = largeFloats(graph)[0]!;
    const nudged = Float32Array.from(large.data as Float32Array);
    nudged[5]! += 1e-4;
    const withLarge = (data: Float32Array): OnnxGraph => ({
      ...graph,
      initializers: graph.initializers.map((weight) => (weight === large ? { ...large, data } : weight)),
    });
    const count = (g: OnnxGraph): number => compactWeights(g).initializers.filter(isInt8).length;
    const all = count(graph);
    expect(all).toBeGreaterThan(0);
    expect(count(withLarge(nudged))).toBe(all - 1);
    const node = graph.nodes.find(({ inputs }) => inputs[1] === large.name)!;
    expect(count({ ...graph, nodes: [...graph.nodes, { ...node, name: 'twice', outputs: ['twice'] }] })).toBe(
      all - 1,
    );
    const small = graph.initializers.filter((weight) => elements(weight) < 512);
    expect(compactWeights(graph).initializers).toEqual(expect.arrayContaining(small));
  });

  it('of zeros are stored in eight bits too', async () => {
    const { graph } = converted('grid-4', true).encoder;
    const zeros = {
      ...graph,
      initializers: graph.initializers.map((weight) => ({
        ...weight,
        data: new Float32Array(elements(weight)),
      })),
    };
    const compact = compactWeights(zeros);
    for (const { data } of compact.initializers)
      expect(data.some((value) => Number.isNaN(Number(value)))).toBe(false);
    expect(namesOf(largeFloats(compact))).toEqual([]);
  });
});
