import type { Manifest } from '../bundle/manifest.js';
import { ConvaeError } from '../errors.js';
import type { ItemShape } from '../image.js';
import type {
  OrtModule,
  OrtSession,
  OrtSessionOptions,
  OrtTensor,
  OrtTensors,
  OrtValueMetadata,
  RunGuard,
} from './ort.js';
import type { RunQueue } from './queue.js';

/** One network, loaded: float32 in, float32 out. Concurrent runs wait for each other. */
export interface GraphSession {
  /** True where there is no such graph: every run is refused. */
  readonly missing?: true;
  /**
   * Runs a batch of `count` items of shape `input` and gives the data of `count` items of shape `output`.
   * @throws ConvaeError RUN_FAILED where ONNX Runtime fails, GRAPH_INVALID where the graph gives another shape.
   */
  run(data: Float32Array, count: number, input: ItemShape, output: ItemShape): Promise<Float32Array>;
  /** Frees the session after the runs that are waiting. */
  release(): Promise<void>;
}

type Graph = Manifest['encoder'];

/**
 * Creates a session and checks its input and output against the manifest.
 * @throws ConvaeError GRAPH_INVALID where the names, types or shapes are not those of the manifest.
 * @throws Error naming the graph where ONNX Runtime cannot create the session; `cause` is its error.
 */
export async function createGraphSession(
  ort: OrtModule,
  model: Uint8Array,
  graph: Graph,
  options: OrtSessionOptions,
  queue: RunQueue,
  guard?: RunGuard,
): Promise<GraphSession> {
  const session = await queue.enqueue(() => createSession(ort, model, graph, options));
  try {
    checkInterface(session, graph);
  } catch (error) {
    await queue.enqueue(() => session.release()).catch(() => undefined);
    throw error;
  }
  return {
    run: (data, count, input, output) =>
      queue.enqueue(async () => {
        const tensor = new ort.Tensor('float32', data, dims(graph.input, count, input));
        const expected = dims(graph.output, count, output);
        const run = () => runSession(session, graph, tensor);
        const fetches = await (guard ? guard(run) : run());
        return checkedOutput(fetches[graph.output.name], graph, expected);
      }),
    release: () => queue.enqueue(() => session.release()),
  };
}

async function createSession(
  ort: OrtModule,
  model: Uint8Array,
  graph: Graph,
  options: OrtSessionOptions,
): Promise<OrtSession> {
  try {
    return await ort.InferenceSession.create(model, options);
  } catch (cause) {
    throw new Error(`${graph.file} cannot be loaded: ${firstLine(cause)}`, { cause });
  }
}

async function runSession(session: OrtSession, graph: Graph, tensor: OrtTensor): Promise<OrtTensors> {
  try {
    return await session.run({ [graph.input.name]: tensor });
  } catch (cause) {
    throw new ConvaeError('RUN_FAILED', `${graph.file} failed to run: ${firstLine(cause)}`, { cause });
  }
}

/** N×C×H×W, or N×(C·H·W) for a graph whose end is flat. */
function dims(tensor: Graph['input'], count: number, { channels, height, width }: ItemShape): number[] {
  return tensor.shape.length === 2 ? [count, channels * height * width] : [count, channels, height, width];
}

/** ONNX Runtime takes a graph whose declared output shape is wrong, so the shape that came is what counts. */
function checkedOutput(
  tensor: OrtTensor | undefined,
  graph: Graph,
  expected: readonly number[],
): Float32Array {
  const given = `${graph.file} gives`;
  const name = graph.output.name;
  if (!(tensor?.data instanceof Float32Array))
    throw invalid(`${given} ${tensor?.type ?? 'nothing'} for ${name}, expected float32`);
  if (tensor.dims.length !== expected.length || tensor.dims.some((size, i) => size !== expected[i]))
    throw invalid(`${given} ${tensor.dims.join('×')} for ${name}, expected ${expected.join('×')}`);
  return tensor.data;
}

function checkInterface(session: OrtSession, graph: Graph): void {
  const { inputNames, inputMetadata, outputNames, outputMetadata } = session;
  checkEnd(inputNames, inputMetadata, graph.input, `input of ${graph.file}`);
  checkEnd(outputNames, outputMetadata, graph.output, `output of ${graph.file}`);
}

/** Only what both sides fix can disagree; a size that the graph fixes must be fixed in the manifest too. */
function checkEnd(
  names: readonly string[],
  [metadata]: readonly OrtValueMetadata[] = [],
  { name, shape }: Graph['input'],
  what: string,
): void {
  if (names.length !== 1 || names[0] !== name)
    throw invalid(`expected one ${what} named ${name}, received ${names.join(', ') || 'none'}`);
  if (metadata === undefined) return;
  const fits =
    metadata.isTensor &&
    metadata.type === 'float32' &&
    (metadata.shape === undefined ||
      (metadata.shape.length === shape.length &&
        metadata.shape.every((size, i) => typeof size !== 'number' || size === shape[i])));
  if (fits) return;
  const received = metadata.isTensor ? `${metadata.type} ${metadata.shape?.join('×')}` : 'no tensor';
  throw invalid(`expected float32 ${shape.join('×')} for the ${what}, received ${received}`);
}

const invalid = (problem: string): ConvaeError => new ConvaeError('GRAPH_INVALID', problem);

/** The assertion in ONNX Runtime's C++ sources that some of its messages begin with: `FILE:LINE FUNCTION CONDITION was false.` */
const ASSERTION = /^\/\S+:\d+ .* was false\. /;

/** What an error says, in one line: ONNX Runtime's messages may run over many and begin with a place in its sources. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0]!.replace(ASSERTION, '').trim();
}
