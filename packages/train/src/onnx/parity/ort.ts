import { disableTelemetry } from '@convae/runtime';
import { ConvaeError } from '@convae/runtime/core';
import * as ort from 'onnxruntime-node';

/** A tensor outside of any library: row-major. */
export interface PlainTensor {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/** Named tensors for the inputs of a graph, in the order of the graph (N×C×H×W). */
export type Feeds = Readonly<Record<string, PlainTensor>>;

/** An ONNX graph in ONNX Runtime, on the CPU. */
export interface OrtSession {
  readonly run: (feeds: Feeds) => Promise<Record<string, PlainTensor>>;
  readonly release: () => Promise<void>;
}

/**
 * Loads a graph into ONNX Runtime.
 * @param options `threads` inside one operator; ONNX Runtime's own choice otherwise.
 * @throws ConvaeError GRAPH_INVALID where it refuses the graph.
 */
export async function openSession(
  bytes: Uint8Array,
  options: { readonly threads?: number } = {},
): Promise<OrtSession> {
  const settings: ort.InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
  };
  disableTelemetry();
  try {
    const session = await ort.InferenceSession.create(bytes, settings);
    return { run: (feeds) => runSession(session, feeds), release: () => session.release() };
  } catch (cause) {
    throw new ConvaeError('GRAPH_INVALID', `ONNX Runtime refuses the graph: ${messageOf(cause)}`, { cause });
  }
}

async function runSession(session: ort.InferenceSession, feeds: Feeds): Promise<Record<string, PlainTensor>> {
  const tensors = Object.entries(feeds).map(([name, { data, shape }]) => {
    const type = data instanceof Int32Array ? 'int32' : 'float32';
    return [name, new ort.Tensor(type, data as Float32Array, shape)] as const;
  });
  try {
    const results = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, plain(tensor)]));
  } catch (cause) {
    throw new ConvaeError('RUN_FAILED', `ONNX Runtime fails on the graph: ${messageOf(cause)}`, { cause });
  }
}

const plain = (tensor: ort.Tensor): PlainTensor => ({
  data: tensor.data as Float32Array | Int32Array,
  shape: tensor.dims,
});

/** What an error says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
