import { ConvaeError } from '../../errors.js';
import { type Constant, valuesOf } from './constant.js';
import type { Graph, GraphNode } from './graph.js';
import type { Kernels } from './kernels.js';
import { type Loop, moveLoops } from './loops.js';
import { Arena, type Memory } from './memory.js';

/** Memory of one or more tensors, and how many more times it will be read. */
export interface Storage {
  readonly at: number;
  uses: number;
  readonly free: () => void;
}

/**
 * A tensor of a run. In the order `cn` axis 1 lies before axis 0: all images' planes of one channel are one row, so that
 * a convolution is one product of matrices.
 */
export interface Tensor {
  readonly type: 'float32' | 'int32';
  readonly dims: readonly number[];
  readonly order: 'nc' | 'cn';
  readonly storage: Storage;
}

/** Limits of a run, by the values that go in. */
export interface Limits {
  /** Bytes of memory for everything between input and output. */
  readonly bytes: number;
  /** Products and copied values. */
  readonly work: number;
}

/** Most steps of a run. */
const MAX_STEPS = 1 << 16;
/** Most values of a tensor: what 32 bits of address can hold, and more than any limit of memory. */
const MAX_TENSOR_VALUES = 2 ** 29;

/** Nodes that are done already, and what their inputs were. */
type Values = Map<string, Tensor | Constant>;

/** What planning needs of a session. */
export interface PlanningSession {
  readonly graph: Graph;
  readonly kernels: Kernels;
  readonly memory: Memory;
  /** What was put into memory for good, by its key: weights in the order of the kernels, constants. */
  readonly kept: Map<unknown, number>;
}

/** A run for inputs of certain shapes: its steps, and where its inputs and outputs lie. */
export interface Plan {
  readonly steps: readonly (() => void)[];
  readonly values: ReadonlyMap<string, Tensor | Constant>;
  readonly bytes: number;
}

/** How many values a tensor has. */
export const sizeOf = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);

/** Whether a value is known before a run. */
export const isConstant = (value: Tensor | Constant): value is Constant => 'data' in value;

/** Whether the values lie as in ONNX. */
const isStraight = ({ order, dims }: Tensor): boolean =>
  order === 'nc' || dims.length < 2 || dims[0] === 1 || dims[1] === 1;

/** Collects the steps of a run: operators take tensors' places from it and hand in what to do. */
export class Planner {
  readonly steps: (() => void)[] = [];
  readonly values: Values;
  readonly #session: PlanningSession;
  readonly #arena: Arena;
  readonly #limits: Limits;
  readonly #readers = new Map<string, GraphNode[]>();
  readonly #fused = new Set<GraphNode>();
  #work = 0;

  constructor(session: PlanningSession, limits: Limits) {
    this.#session = session;
    this.#limits = limits;
    this.#arena = new Arena(limits.bytes);
    this.values = new Map(session.graph.constants);
    for (const node of session.graph.nodes) for (const name of node.inputs) this.#addReader(name, node);
  }

  #addReader(name: string, node: GraphNode): void {
    const readers = this.#readers.get(name);
    if (readers === undefined) this.#readers.set(name, [node]);
    else readers.push(node);
  }

  get kernels(): Kernels {
    return this.#session.kernels;
  }

  /** Bytes of the arena. */
  get bytes(): number {
    return this.#arena.bytes;
  }

  /** Whether a node was done together with the one before it. */
  isFused(node: GraphNode): boolean {
    return this.#fused.has(node);
  }

  /** The only node that reads a tensor, where it is no output of the graph. */
  onlyReader(name: string): GraphNode | undefined {
    const readers = this.#readers.get(name);
    const isOutput = this.#session.graph.outputs.some((output) => output.name === name);
    return readers?.length === 1 && !isOutput ? readers[0] : undefined;
  }

  /** Marks a node as done by the one before it. */
  fuse(node: GraphNode): void {
    this.#fused.add(node);
  }

  /** How many times a tensor will be read; outputs of the graph stay to the end. */
  usesOf(name: string): number {
    const isOutput = this.#session.graph.outputs.some((output) => output.name === name);
    return (this.#readers.get(name)?.length ?? 0) + (isOutput ? 1 : 0);
  }

  /** Counts work that a run will do. @throws ConvaeError LIMIT_EXCEEDED. */
  addWork(amount: number): void {
    this.#work += amount;
    if (this.#work <= this.#limits.work) return;
    throw new ConvaeError(
      'LIMIT_EXCEEDED',
      `the graph needs more than ${this.#limits.work} steps for its input`,
    );
  }

  /** A place for values of four bytes, to be released once. @throws ConvaeError LIMIT_EXCEEDED. */
  storage(values: number): Storage {
    this.addWork(values);
    const place = this.#arena.take(4 * values);
    return { at: this.#session.memory.base + place.start, uses: 1, free: () => this.#arena.free(place) };
  }

  /** A new tensor. @throws ConvaeError GRAPH_INVALID, LIMIT_EXCEEDED. */
  tensor(dims: readonly number[], { type = 'float32', order = 'nc' }: Partial<Tensor> = {}): Tensor {
    if (dims.some((dim) => !(dim >= 1)))
      throw new ConvaeError('GRAPH_INVALID', `nothing is left of a tensor: ${dims.join('×')}`);
    return { type, dims, order, storage: this.storage(valuesOf(dims, MAX_TENSOR_VALUES)) };
  }

  /** Says that a storage is read once less. */
  release(storage: Storage): void {
    storage.uses--;
    if (storage.uses === 0) storage.free();
  }

  /** The address of values that stay in memory, made when they are first asked for. */
  keep(key: unknown, make: () => Float32Array | Int32Array): number {
    const { kept, memory } = this.#session;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const at = memory.keep(make());
    kept.set(key, at);
    return at;
  }

  /** Adds a step of the run. @throws ConvaeError LIMIT_EXCEEDED. */
  step(run: () => void): void {
    this.steps.push(run);
    if (this.steps.length > MAX_STEPS)
      throw new ConvaeError('LIMIT_EXCEEDED', `a run of the graph has more than ${MAX_STEPS} steps`);
  }

  /** Copies values in nested loops of a count and the steps, in values, of source and target; the outermost first. */
  move(from: number, to: number, loops: readonly Loop[]): void {
    const merged = moveLoops(loops);
    this.addWork(merged.reduce((product, [count]) => product * count, 1));
    const flat = merged.flatMap(([count, fromStep, toStep]) => [count, 4 * fromStep, 4 * toStep]);
    const at = this.keep(`loops ${flat}`, () => Int32Array.from(flat));
    const { kernels } = this;
    this.step(() => kernels.move(from, to, at, merged.length));
  }

  /** Copies a tensor into one of the other order. */
  turn(from: Tensor, to: Tensor): void {
    const { dims } = from;
    const [outer, inner] = from.order === 'nc' ? [dims[0]!, dims[1]!] : [dims[1]!, dims[0]!];
    const plane = sizeOf(dims.slice(2));
    this.move(from.storage.at, to.storage.at, [
      [outer, inner * plane, plane],
      [inner, plane, outer * plane],
      [plane, 1, 1],
    ]);
  }

  /** Puts an output of the graph into the order of ONNX. */
  straighten(name: string, tensor: Tensor): void {
    if (isStraight(tensor)) return;
    const straight = this.tensor(tensor.dims, { type: tensor.type });
    this.turn(tensor, straight);
    this.values.set(name, straight);
  }

  /** Gives a tensor the name under which nodes read it; `shared` where its storage is another tensor's too. */
  bind(name: string, tensor: Tensor, shared = false): void {
    if (this.values.has(name)) throw new ConvaeError('GRAPH_INVALID', `the graph computes ${name} twice`);
    this.values.set(name, tensor);
    tensor.storage.uses += this.usesOf(name) - (shared ? 0 : 1);
    if (tensor.storage.uses === 0) tensor.storage.free();
  }
}
