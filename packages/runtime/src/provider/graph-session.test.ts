import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { writeOnnx } from '../testing/onnx-writer.js';
import { createTinyBundle } from '../testing/tiny-bundle.js';
import { createGraphSession, firstLine, type GraphSession } from './graph-session.js';
import { createRunQueue } from './queue.js';
import { RELU_GRAPH } from './relu-graph.js';

const cpu = { executionProviders: ['cpu'], logSeverityLevel: 4 } as const;
const image = { channels: 1, height: 8, width: 8 };
const latent = { channels: 2, height: 2, width: 2 };

async function openEncoder(names: { input?: string; output?: string } = {}): Promise<GraphSession> {
  const { manifest, contents } = await createTinyBundle();
  const { encoder } = manifest;
  const graph = {
    ...encoder,
    input: { ...encoder.input, name: names.input ?? encoder.input.name },
    output: { ...encoder.output, name: names.output ?? encoder.output.name },
  };
  return createGraphSession(ort, contents.get('encoder.onnx')!, graph, cpu, createRunQueue());
}

describe('createGraphSession', () => {
  it('refuses a graph whose input or output has another name', async () => {
    await expect(openEncoder({ input: 'picture' })).rejects.toMatchObject({
      code: 'GRAPH_INVALID',
      message: 'expected one input of encoder.onnx named picture, received image',
    });
    await expect(openEncoder({ output: 'code' })).rejects.toMatchObject({ code: 'GRAPH_INVALID' });
  });

  it('refuses an output of another shape than was asked for', async () => {
    const session = await openEncoder();
    const run = session.run(new Float32Array(64), 1, image, { ...latent, height: 3 });
    await expect(run).rejects.toMatchObject({
      code: 'GRAPH_INVALID',
      message: expect.stringContaining('1×2×2×2'),
    });
    expect(await session.run(new Float32Array(64), 1, image, latent)).toHaveLength(8);
    await session.release();
  });

  it('gives ONNX Runtime’s own error as the cause of a run that fails, and goes on', async () => {
    const session = await openEncoder();
    const failing = session.run(new Float32Array(128), 1, { ...image, channels: 2 }, latent);
    const later = session.run(new Float32Array(64), 1, image, latent);
    await expect(failing).rejects.toMatchObject({ code: 'RUN_FAILED', cause: expect.any(Error) });
    expect(await later).toHaveLength(8);
    await session.release();
  });

  it('runs networks with flat ends', async () => {
    const graph = writeOnnx({
      name: 'flat',
      nodes: [{ type: 'Flatten', inputs: ['image'], output: 'latent' }],
      weights: [],
      input: { name: 'image', shape: ['N', 1, 2, 2] },
      output: { name: 'latent', shape: ['N', 4] },
    });
    const input = { name: 'image', shape: ['N', 1, 2, 2] };
    const entry = {
      file: 'flat.onnx',
      bytes: graph.length,
      sha256: '',
      input,
      output: { name: 'latent', shape: ['N', 4] },
    };
    const session = await createGraphSession(ort, graph, entry, cpu, createRunQueue());
    const data = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const output = await session.run(
      data,
      2,
      { channels: 1, height: 2, width: 2 },
      { channels: 4, height: 1, width: 1 },
    );
    expect(output).toEqual(data);
    await session.release();
  });
});

describe('RELU_GRAPH', () => {
  it('is one Relu', () => {
    const value = (name: string) => ({ name, shape: [1] });
    const nodes = [{ type: 'Relu', inputs: ['x'], output: 'y' }];
    expect(RELU_GRAPH).toEqual(
      writeOnnx({ name: 'probe', nodes, weights: [], input: value('x'), output: value('y') }),
    );
  });

  it('tells a provider that computes from one that ONNX Runtime left out', async () => {
    const options = { logSeverityLevel: 4, extra: { session: { disable_cpu_ep_fallback: '1' } } } as const;
    await (await ort.InferenceSession.create(RELU_GRAPH, cpu)).release();
    // No accelerator is left to take the node here, and that is an error instead of a fallback.
    await expect(
      ort.InferenceSession.create(RELU_GRAPH, { ...options, executionProviders: [] }),
    ).rejects.toThrow(/fallback/);
  });
});

describe('firstLine', () => {
  it('leaves out the place in ONNX Runtime’s sources and all further lines', () => {
    const where =
      '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 auto Initialize()';
    const error = new Error(
      `${where} adapter_result.status == Success was false. Failed to get an adapter: none\n\nmore`,
    );
    expect(firstLine(error)).toBe('Failed to get an adapter: none');
    expect(firstLine(new Error('Failed to load model\nbecause'))).toBe('Failed to load model');
    expect(firstLine('text')).toBe('text');
  });
});
