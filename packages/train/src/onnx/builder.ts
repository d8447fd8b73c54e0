import type { Attribute, Dim, Initializer, OnnxNode } from './graph/graph.js';
import { ints } from './graph/graph.js';
import { sameAxes, storedShape, transposition, type Value } from './layout.js';

/** How a new tensor differs from the one it is made of. */
export type ValueChange = Partial<Pick<Value, 'shape' | 'axes' | 'type'>>;

/** Collects the nodes and constants of a graph; every name in it is unique. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly #initializers = new Map<string, Initializer>();
  readonly #nodeNames = new Set<string>();
  readonly #tensorNames = new Set<string>();
  readonly #renamed = new Map<string, string>();

  get initializers(): Initializer[] {
    return [...this.#initializers.values()];
  }

  /** Reserves a name for a tensor: the wish itself, or the wish with the first free number behind it. */
  tensorName(wish: string): string {
    return uniqueName(this.#tensorNames, wish);
  }

  /** Adds a node with one output and returns the output's name. */
  node(
    op: string,
    wish: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
  ): string {
    const name = uniqueName(this.#nodeNames, wish);
    const output = this.tensorName(name);
    this.nodes.push({ op, name, inputs: [...inputs], outputs: [output], attributes });
    return output;
  }

  /** Adds a node whose output has the shape, order and type of `value`, save for what `change` says. */
  apply(
    op: string,
    wish: string,
    value: Value,
    operands: readonly string[] = [],
    attributes: Record<string, Attribute> = {},
    change: ValueChange = {},
  ): Value {
    return { ...value, ...change, name: this.node(op, wish, [value.name, ...operands], attributes) };
  }

  /** A constant; the same key always gives the same constant, so shared layers share their weights. */
  constant(
    key: string,
    dims: readonly number[],
    make: () => Float32Array | BigInt64Array,
    wish: string = key,
  ): string {
    const known = this.#initializers.get(key);
    if (known) return known.name;
    const name = this.tensorName(wish);
    this.#initializers.set(key, { name, dims, data: make() });
    return name;
  }

  scalar(value: number): string {
    return this.constant(`const/${value}`, [], () => Float32Array.of(value));
  }

  floats(values: readonly number[]): string {
    return this.constant(`const/[${values.join(',')}]`, [values.length], () => Float32Array.from(values));
  }

  /** An int64 vector: shapes, pads, indices. */
  integers(values: readonly number[]): string {
    const make = () => BigInt64Array.from(values, (value) => BigInt(value));
    return this.constant(`const/int64[${values.join(',')}]`, [values.length], make);
  }

  /** The same tensor, kept in the order `axes`. */
  arrange(value: Value, axes: readonly number[], wish: string): Value {
    if (sameAxes(value.axes, axes)) return value;
    const perm = ints(transposition(value.axes, axes));
    return this.apply('Transpose', `${wish}/transpose`, value, [], { perm }, { axes });
  }

  /** Reshapes to `stored`, the sizes in the order of the graph; at most one of them may be unknown. */
  reshape(value: Value, wish: string, stored: readonly Dim[], change: ValueChange): Value {
    const before = storedShape(value);
    const target = stored.map((dim, i) => {
      if (typeof dim === 'number') return dim;
      return before[i] === dim ? 0 : -1;
    });
    if (target.filter((size) => size === -1).length > 1) {
      throw new Error(`Reshape of [${before}] to [${stored}] has more than one unknown size`);
    }
    return this.apply('Reshape', wish, value, [this.integers(target)], {}, change);
  }

  /** The tensor under the name that it bears after all renaming. */
  current(value: Value): Value {
    return { ...value, name: this.#renamed.get(value.name) ?? value.name };
  }

  /** Gives a node's output another name, everywhere. */
  rename(from: string, to: string): void {
    this.#renamed.set(from, to);
    const swap = (name: string) => (name === from ? to : name);
    for (const node of this.nodes) {
      node.inputs = node.inputs.map(swap);
      node.outputs = node.outputs.map(swap);
    }
  }

  /** Whether a node computes the tensor; inputs and constants are not computed. */
  computes(name: string): boolean {
    return this.nodes.some((node) => node.outputs.includes(name));
  }
}

function uniqueName(taken: Set<string>, wish: string): string {
  let name = wish;
  for (let i = 1; taken.has(name); i++) name = `${wish}_${i}`;
  taken.add(name);
  return name;
}
