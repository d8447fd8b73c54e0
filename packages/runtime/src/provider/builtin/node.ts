import { ConvaeError } from '../../errors.js';
import type { Constant } from './constant.js';
import type { Attribute, GraphNode } from './graph.js';
import type { Kernels } from './kernels.js';
import type { Loop } from './loops.js';
import { isConstant, type Planner, type Storage, type Tensor } from './planner.js';

/** Plans one node: takes its inputs, hands in steps and gives its output. */
export type Operator = (node: NodePlan) => void;

/** One node while it is planned. */
export class NodePlan {
  readonly node: GraphNode;
  readonly #planner: Planner;
  readonly #temporary: Storage[] = [];
  #output: string;

  constructor(node: GraphNode, planner: Planner) {
    this.node = node;
    this.#planner = planner;
    this.#output = node.outputs[0] ?? '';
    if (node.outputs.length !== 1 || this.#output === '')
      throw this.invalid(`has ${node.outputs.length} outputs, expected 1`);
  }

  get kernels(): Kernels {
    return this.#planner.kernels;
  }

  /** An error about the node: the graph is none. */
  invalid(problem: string): ConvaeError {
    return new ConvaeError('GRAPH_INVALID', `${this.#title} ${problem}`);
  }

  /** An error about the node: what is not known here. */
  unsupported(what: string): ConvaeError {
    return new ConvaeError('UNSUPPORTED', `${this.#title}: ${what} is not supported by the builtin provider`);
  }

  get #title(): string {
    return `${this.node.operator} ${JSON.stringify(this.node.name.slice(0, 100))}`;
  }

  #value(index: number): Tensor | Constant | undefined {
    const name = this.node.inputs[index];
    if (name === undefined || name === '') return undefined;
    const value = this.#planner.values.get(name);
    if (value === undefined) throw this.invalid(`reads ${name.slice(0, 100)}, which nothing has computed`);
    return value;
  }

  get inputCount(): number {
    return this.node.inputs.length;
  }

  /** An input that is known before the run, or undefined where it is left out. */
  constant(index: number): Constant | undefined {
    const value = this.#value(index);
    if (value === undefined || isConstant(value)) return value;
    throw this.unsupported(`a computed input ${index}`);
  }

  /** As {@link constant}, but must be there. */
  requireConstant(index: number): Constant {
    const value = this.constant(index);
    if (value === undefined) throw this.invalid(`lacks input ${index}`);
    return value;
  }

  /** The integers of an input, or undefined where it is left out. */
  integers(index: number): number[] | undefined {
    const constant = this.constant(index);
    if (constant === undefined) return undefined;
    if (constant.data instanceof Float32Array || constant.data.length > 64)
      throw this.invalid(`has no list of integers as input ${index}`);
    return Array.from(constant.data);
  }

  /** A float32 of a single value, or undefined where it is left out. */
  scalar(index: number): number | undefined {
    const constant = this.constant(index);
    if (constant === undefined) return undefined;
    if (!(constant.data instanceof Float32Array) || constant.data.length !== 1)
      throw this.invalid(`has no single float32 as input ${index}`);
    return constant.data[0];
  }

  isConstant(index: number): boolean {
    const value = this.#value(index);
    return value !== undefined && isConstant(value);
  }

  /** An input as a tensor in memory. */
  tensor(index: number, type: Tensor['type'] | 'any' = 'float32'): Tensor {
    const value = this.#value(index);
    if (value === undefined) throw this.invalid(`lacks input ${index}`);
    const tensor = isConstant(value) ? this.#kept(value) : value;
    if (type !== 'any' && tensor.type !== type)
      throw this.invalid(`has ${tensor.type} as input ${index}, expected ${type}`);
    return tensor;
  }

  #kept(constant: Constant): Tensor {
    const { data, dims } = constant;
    if (data instanceof Int8Array || data instanceof Uint8Array)
      throw this.unsupported('a constant of eight bits');
    const values = data instanceof Float64Array ? Int32Array.from(data) : data;
    const at = this.keep(constant, () => values);
    const storage = { at, uses: Number.POSITIVE_INFINITY, free: () => undefined };
    return { type: values instanceof Float32Array ? 'float32' : 'int32', dims, order: 'nc', storage };
  }

  /** See {@link Planner.keep}. */
  keep(key: unknown, make: () => Float32Array | Int32Array): number {
    return this.#planner.keep(key, make);
  }

  #attribute(name: string): Attribute | undefined {
    return this.node.attributes.get(name);
  }

  /** An integer attribute in min..max. */
  integer(name: string, missing: number, min = -(2 ** 31), max = 2 ** 31 - 1): number {
    const value = this.#attribute(name)?.integer ?? missing;
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw this.invalid(`has ${value} as ${name}, expected an integer in ${min}..${max}`);
  }

  float(name: string, missing: number): number {
    return Math.fround(this.#attribute(name)?.float ?? missing);
  }

  text(name: string, missing: string): string {
    return this.#attribute(name)?.text ?? missing;
  }

  /** A list of `count` integers in min..max. */
  list(name: string, count: number, missing: number, min: number, max = 1 << 16): number[] {
    const attribute = this.#attribute(name);
    const values = attribute?.integers ?? new Array<number>(count).fill(missing);
    if (values.length === count && values.every((v) => Number.isSafeInteger(v) && v >= min && v <= max))
      return values;
    throw this.invalid(`has ${values.slice(0, 8)} as ${name}, expected ${count} integers in ${min}..${max}`);
  }

  /** A list of any length, or undefined. */
  optionalList(name: string): readonly number[] | undefined {
    return this.#attribute(name)?.integers;
  }

  attributeConstant(name: string): Constant | undefined {
    return this.#attribute(name)?.tensor;
  }

  /** The place of an axis that may count from the end. */
  axis(value: number, rank: number): number {
    const axis = value < 0 ? value + rank : value;
    if (Number.isSafeInteger(axis) && axis >= 0 && axis < rank) return axis;
    throw this.invalid(`has axis ${value} of ${rank}`);
  }

  /** A new tensor, to be given to {@link give}. */
  create(dims: readonly number[], of: Partial<Tensor> = {}): Tensor {
    return this.#planner.tensor(dims, of);
  }

  /** A place for floats that is free again after this node. */
  scratch(values: number): number {
    const storage = this.#planner.storage(values);
    this.#temporary.push(storage);
    return storage.at;
  }

  /** A tensor that is free again after this node. */
  temporary(dims: readonly number[], of: Partial<Tensor> = {}): Tensor {
    const tensor = this.#planner.tensor(dims, of);
    this.#temporary.push(tensor.storage);
    return tensor;
  }

  /** See {@link Planner.step}. */
  step(run: () => void): void {
    this.#planner.step(run);
  }

  /** See {@link Planner.addWork}. */
  addWork(amount: number): void {
    this.#planner.addWork(amount);
  }

  /** See {@link Planner.move}. */
  move(from: number, to: number, loops: readonly Loop[]): void {
    this.#planner.move(from, to, loops);
  }

  /** The tensor in an order; where the two orders are the same, as it is. */
  inOrder(tensor: Tensor, order: Tensor['order']): Tensor {
    const { dims } = tensor;
    if (tensor.order === order) return tensor;
    if (dims.length < 2 || dims[0] === 1 || dims[1] === 1) return { ...tensor, order };
    const turned = this.temporary(dims, { type: tensor.type, order });
    this.turn(tensor, turned);
    return turned;
  }

  /** See {@link Planner.turn}. */
  turn(from: Tensor, to: Tensor): void {
    this.#planner.turn(from, to);
  }

  /** A tensor for the result of something that works value by value: the input's own where nobody else reads it. */
  inPlaceOf(input: Tensor, type: Tensor['type'] = 'float32'): Tensor {
    if (input.storage.uses !== 1) return this.create(input.dims, { type, order: input.order });
    return { ...input, type };
  }

  /** Whether the only reader of the output is a node of one of these operators, and which. */
  follower(operators: readonly string[]): NodePlan | undefined {
    const next = this.#planner.onlyReader(this.#output);
    if (next === undefined || !operators.includes(next.operator) || next.inputs[0] !== this.#output)
      return undefined;
    return new NodePlan(next, this.#planner);
  }

  /** Lets the output be that of a node which follows, and leaves that node out. */
  fuse(follower: NodePlan): void {
    this.#planner.fuse(follower.node);
    this.#output = follower.#output;
  }

  /** Gives the node's output. */
  give(tensor: Tensor, shared = this.#readsStorage(tensor)): void {
    this.#planner.bind(this.#output, tensor, shared);
    this.#end();
  }

  #readsStorage({ storage }: Tensor): boolean {
    return this.node.inputs.some((name) => {
      const value = this.#planner.values.get(name);
      return value !== undefined && !isConstant(value) && value.storage === storage;
    });
  }

  /** Gives an output that is known before the run. */
  giveConstant(constant: Omit<Constant, 'name'>): void {
    if (this.#planner.values.has(this.#output)) throw this.invalid('computes a name for the second time');
    this.#planner.values.set(this.#output, { ...constant, name: this.#output });
    this.#end();
  }

  #end(): void {
    for (const storage of this.#temporary) this.#planner.release(storage);
    for (const name of this.node.inputs) {
      const value = this.#planner.values.get(name);
      if (value !== undefined && !isConstant(value)) this.#planner.release(value.storage);
    }
  }
}
