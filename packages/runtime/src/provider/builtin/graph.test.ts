import { describe, expect, it } from 'vitest';
import { RELU_GRAPH } from '../relu-graph.js';
import { readGraph } from './graph.js';
import { compileKernels, createBuiltin } from './index.js';

const builtin = createBuiltin(compileKernels);

/** A field of a protobuf message: bytes, a text, or an integer. */
function field(number: number, value: number | string | readonly number[]): number[] {
  if (typeof value === 'number') return [number << 3, value];
  const bytes = typeof value === 'string' ? [...new TextEncoder().encode(value)] : value;
  return [(number << 3) | 2, bytes.length, ...bytes];
}

const end = (name: string, dims: readonly number[]): number[] => {
  const shape = dims.flatMap((size) => field(1, field(1, size)));
  return [...field(1, name), ...field(2, field(1, [...field(1, 1), ...field(2, shape)]))];
};

/** A model of one node, x → y. */
function model(operator: string, opset = 17, attributes: readonly number[] = []): Uint8Array {
  const node = [
    ...field(1, 'x'),
    ...field(2, 'y'),
    ...field(3, 'the node'),
    ...field(4, operator),
    ...attributes,
  ];
  const graph = [...field(1, node), ...field(11, end('x', [1])), ...field(12, end('y', [1]))];
  return Uint8Array.from([...field(1, 8), ...field(7, graph), ...field(8, field(2, opset))]);
}

const run = async (bytes: Uint8Array, value: number): Promise<unknown> => {
  const session = await builtin.InferenceSession.create(bytes);
  const { y } = await session.run({ x: new builtin.Tensor('float32', Float32Array.of(value), [1]) });
  return y!.data;
};

describe('a graph of the builtin provider', () => {
  it('has the nodes, inputs and outputs that its bytes say', () => {
    const { nodes, inputs, outputs } = readGraph(RELU_GRAPH);
    expect(nodes).toMatchObject([{ operator: 'Relu', inputs: ['x'], outputs: ['y'] }]);
    expect(inputs).toEqual([{ name: 'x', type: 1, shape: [1] }]);
    expect(outputs).toEqual([{ name: 'y', type: 1, shape: [1] }]);
  });

  it('runs', async () => {
    expect(await run(RELU_GRAPH, -2)).toEqual(Float32Array.of(0));
    expect(await run(RELU_GRAPH, 2)).toEqual(Float32Array.of(2));
    expect(await run(model('Neg'), 2)).toEqual(Float32Array.of(-2));
  });

  it('is refused by the name of an operator that is not known', async () => {
    await expect(run(model('Einsum'), 1)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('Einsum'),
    });
  });

  it.each([12, 18])('is refused where it is of opset %i', async (opset) => {
    await expect(run(model('Relu', opset), 1)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('names the node that does not fit its input', async () => {
    await expect(run(model('Conv'), 1)).rejects.toMatchObject({
      code: 'GRAPH_INVALID',
      message: expect.stringContaining('"the node"'),
    });
  });

  it('is refused wherever it is cut off', () => {
    const cuts = Array.from({ length: RELU_GRAPH.length }, (_, length) => RELU_GRAPH.subarray(0, length));
    for (const cut of cuts)
      expect(() => readGraph(cut)).toThrow(expect.objectContaining({ name: 'ConvaeError' }));
  });

  it('is refused where a constant announces more values than memory has', () => {
    const tensor = [...field(1, [0xff, 0xff, 0xff, 0xff, 0x0f]), ...field(2, 1), ...field(8, 'w')];
    const bytes = Uint8Array.from([...field(7, field(5, tensor)), ...field(8, field(2, 17))]);
    expect(() => readGraph(bytes)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });

  it('is refused where it would take too much memory for its input', async () => {
    const tensor = [...field(1, 1), ...field(2, 7), ...field(7, [0xff, 0xff, 0xff, 0x3f]), ...field(8, 'r')];
    const node = [...field(1, 'x'), ...field(1, 'r'), ...field(2, 'y'), ...field(4, 'Tile')];
    const graph = [
      ...field(1, node),
      ...field(5, tensor),
      ...field(11, end('x', [1])),
      ...field(12, end('y', [1])),
    ];
    const bytes = Uint8Array.from([...field(7, graph), ...field(8, field(2, 17))]);
    await expect(run(bytes, 1)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});
