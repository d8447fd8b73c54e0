import { ConvaeError } from '../../errors.js';
import { onDemand } from '../../on-demand.js';
import type { OrtModule, OrtSession, OrtTensor, OrtValueMetadata } from '../ort.js';
import { BuiltinTensor } from './builtin-tensor.js';
import { type Graph, type GraphEnd, readGraph } from './graph.js';
import { createKernels, type Kernels, type LoadModule } from './kernels.js';
import { Memory } from './memory.js';
import { NodePlan } from './node.js';
import { loadOperators, type Operators } from './operators.js';
import type { RunInParts } from './parts.js';
import {
  isConstant,
  type Limits,
  type Plan,
  Planner,
  type PlanningSession,
  sizeOf,
  type Tensor,
} from './planner.js';

/** Runs that are remembered: of a full batch, of the rest of one, of single images. */
const MAX_PLANS = 8;
/** Memory and work that a run may take: so much, and so much more for each value that goes in. */
const LIMITS: Limits = { bytes: 1 << 27, work: 2 ** 33 };
const LIMITS_PER_VALUE: Limits = { bytes: 256, work: 2 ** 16 };
/** Memory for tables of different sizes of images, beyond which a session begins anew. */
const MAX_KEPT_BYTES = 1 << 24;

const parts = onDemand(() => import('./parts.js'));

const TYPES: Readonly<Record<number, string>> = { 1: 'float32', 6: 'int32', 7: 'int64' };

/**
 * The builtin provider behind ONNX Runtime's interface: graphs of ONNX on WebAssembly, the same bits on every machine.
 * @param loadModule Gives the compiled kernels.
 */
export function createBuiltin(loadModule: LoadModule): OrtModule {
  let loading: Promise<WebAssembly.Module> | undefined;
  const module = (): Promise<WebAssembly.Module> => {
    loading ??= loadModule();
    return loading;
  };
  return {
    InferenceSession: { create: async (model) => BuiltinSession.open(readGraph(model), await module()) },
    Tensor: BuiltinTensor,
  };
}

class BuiltinSession implements OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly OrtValueMetadata[];
  readonly outputMetadata: readonly OrtValueMetadata[];
  readonly #graph: Graph;
  readonly #operators: Operators;
  readonly #module: WebAssembly.Module;
  readonly #plans = new Map<string, Plan>();
  /** Runs a batch in parts; looked for when there is one. */
  #inParts: RunInParts | undefined;
  #planning: PlanningSession | undefined;

  private constructor(graph: Graph, operators: Operators, module: WebAssembly.Module, kernels: Kernels) {
    this.#graph = graph;
    this.#operators = operators;
    this.#module = module;
    this.inputNames = graph.inputs.map(({ name }) => name);
    this.outputNames = graph.outputs.map(({ name }) => name);
    this.inputMetadata = graph.inputs.map(metadataOf);
    this.outputMetadata = graph.outputs.map(metadataOf);
    this.#planning = this.#start(kernels);
  }

  static async open(graph: Graph, module: WebAssembly.Module): Promise<BuiltinSession> {
    const operators = await loadOperators(graph);
    return new BuiltinSession(graph, operators, module, await createKernels(module));
  }

  #start(kernels: Kernels): PlanningSession {
    const bytes = [...this.#graph.constants.values()].reduce((sum, { data }) => sum + 4 * data.length, 0);
    return { graph: this.#graph, kernels, memory: new Memory(kernels, bytes + (1 << 16)), kept: new Map() };
  }

  async run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Record<string, OrtTensor>> {
    const inputs = this.#graph.inputs.map((end) => checkedFeed(end, feeds[end.name]));
    const inParts = inputs.some(({ dims }) => dims[0] !== 1) ? await this.#findParts() : undefined;
    await this.#makeRoom();
    // From here on nothing waits, so runs cannot meet.
    const all = (some: readonly BuiltinTensor[]): BuiltinTensor[] => this.#runAll(some);
    const results = inParts?.(inputs, (some) => this.#planFor(some).bytes, all) ?? all(inputs);
    return Object.fromEntries(this.outputNames.map((name, i) => [name, results[i]!]));
  }

  async #findParts(): Promise<RunInParts> {
    this.#inParts ??= (await parts()).runsInParts(this.#graph);
    return this.#inParts;
  }

  #runAll(inputs: readonly BuiltinTensor[]): BuiltinTensor[] {
    const plan = this.#planFor(inputs);
    const { buffer } = this.#planning!.kernels.memory;
    const [floats, integers] = [new Float32Array(buffer), new Int32Array(buffer)];
    this.#graph.inputs.forEach(({ name }, i) => {
      const { type, storage } = plan.values.get(name) as Tensor;
      (type === 'float32' ? floats : integers).set(inputs[i]!.data, storage.at / 4);
    });
    for (const step of plan.steps) step();
    return this.#graph.outputs.map(({ name }) => {
      const { type, dims, storage } = plan.values.get(name) as Tensor;
      const start = storage.at / 4;
      const data = (type === 'float32' ? floats : integers).slice(start, start + sizeOf(dims));
      return new BuiltinTensor(type, data, dims);
    });
  }

  #planFor(inputs: readonly BuiltinTensor[]): Plan {
    const key = inputs.map(({ dims }) => dims.join('×')).join();
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const plan = this.#settled(inputs);
    if (this.#plans.size >= MAX_PLANS) this.#plans.delete(this.#plans.keys().next().value!);
    this.#plans.set(key, plan);
    return plan;
  }

  /** Tables of sizes that are long gone would stay for ever. */
  async #makeRoom(): Promise<void> {
    if (this.#planning === undefined)
      throw new ConvaeError('DISPOSED', 'the session was used after its release');
    if (this.#planning.memory.extraBytes <= MAX_KEPT_BYTES) return;
    this.#plans.clear();
    this.#planning = this.#start(await createKernels(this.#module));
  }

  /** A plan for an arena that stays where it is. */
  #settled(inputs: readonly BuiltinTensor[]): Plan {
    const { memory } = this.#planning!;
    const { base } = memory;
    const plan = makePlan(this.#planning!, this.#operators, inputs);
    if (memory.base !== base) {
      this.#plans.clear();
      return this.#settled(inputs);
    }
    memory.reserve(memory.base + plan.bytes);
    return plan;
  }

  async release(): Promise<void> {
    this.#plans.clear();
    this.#planning = undefined;
  }
}

const metadataOf = ({ name, type, shape }: GraphEnd): OrtValueMetadata => ({
  name,
  isTensor: true,
  type: TYPES[type] ?? `element type ${type}`,
  ...(shape === undefined ? {} : { shape }),
});

function checkedFeed({ name, type, shape }: GraphEnd, feed: OrtTensor | undefined): BuiltinTensor {
  if (feed === undefined) throw new ConvaeError('RUN_FAILED', `the input ${name} is missing`);
  const kind = type === 1 ? Float32Array : Int32Array;
  if (!(feed.data instanceof kind) || feed.data.length !== sizeOf(feed.dims) || feed.data.length === 0)
    throw new ConvaeError('RUN_FAILED', `the input ${name} is not ${TYPES[type]} of ${feed.dims.join('×')}`);
  const fits =
    shape === undefined ||
    (shape.length === feed.dims.length &&
      shape.every((size, i) => typeof size === 'string' || size === feed.dims[i]));
  if (fits) return new BuiltinTensor(feed.type, feed.data, feed.dims);
  throw new ConvaeError(
    'RUN_FAILED',
    `the input ${name} is ${feed.dims.join('×')}, expected ${shape.join('×')}`,
  );
}

function makePlan(session: PlanningSession, operators: Operators, inputs: readonly OrtTensor[]): Plan {
  const values = inputs.reduce((sum, { dims }) => sum + sizeOf(dims), 0);
  const planner = new Planner(session, {
    bytes: LIMITS.bytes + values * LIMITS_PER_VALUE.bytes,
    work: LIMITS.work + values * LIMITS_PER_VALUE.work,
  });
  session.graph.inputs.forEach(({ name, type }, i) => {
    planner.bind(name, planner.tensor(inputs[i]!.dims, { type: type === 1 ? 'float32' : 'int32' }));
  });
  for (const node of session.graph.nodes)
    if (!planner.isFused(node)) operators.get(node.operator)!(new NodePlan(node, planner));
  for (const { name } of session.graph.outputs) planOutput(planner, name);
  return { steps: planner.steps, values: planner.values, bytes: planner.bytes };
}

/** Brings an output into ONNX's order. */
function planOutput(planner: Planner, name: string): void {
  const value = planner.values.get(name);
  if (value === undefined || isConstant(value))
    throw new ConvaeError('GRAPH_INVALID', `the graph does not compute its output ${name}`);
  planner.straighten(name, value);
}
