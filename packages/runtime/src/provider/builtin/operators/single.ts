import { UNARY } from '../kernels.js';
import type { NodePlan, Operator } from '../node.js';
import { sizeOf } from '../planner.js';
import { boundsOf } from './product.js';

/** A function of single values and its two parameters. */
type Unary = readonly [operation: number, alpha?: number, beta?: number];

function apply(node: NodePlan, [operation, alpha = 0, beta = 0]: Unary): void {
  const input = node.tensor(0);
  const output = node.inPlaceOf(input);
  const [from, to, count] = [input.storage.at, output.storage.at, sizeOf(input.dims)];
  node.addWork(count);
  const { kernels } = node;
  node.step(() => kernels.unary(operation, from, to, count, alpha, beta));
  node.give(output);
}

const single =
  (operation: number): Operator =>
  (node) =>
    apply(node, [operation]);

/** Relu and Clip. */
const clamp: Operator = (node) => {
  const bounds = boundsOf(node);
  if (bounds === undefined) throw node.unsupported('computed bounds');
  apply(node, [UNARY.clamp, bounds.low, bounds.high]);
};

const SELU = { alpha: 1.6732631921768188, gamma: 1.0507010221481323 };

/** Powers of a constant: 2, 3, or the root. */
const power: Operator = (node) => {
  const exponent = node.scalar(1);
  const operation = ({ 2: UNARY.square, 3: UNARY.cube, 0.5: UNARY.sqrt } as Record<number, number>)[
    exponent ?? 0
  ];
  if (operation === undefined) throw node.unsupported(`the exponent ${exponent}`);
  apply(node, [operation]);
};

/** Operators that compute each value from one. */
export const SINGLE: Readonly<Record<string, Operator>> = {
  Abs: single(UNARY.abs),
  Clip: clamp,
  Elu: (node) => apply(node, [UNARY.elu, node.float('alpha', 1), 1]),
  Erf: single(UNARY.erf),
  Exp: single(UNARY.exp),
  HardSigmoid: (node) => apply(node, [UNARY.hardSigmoid, node.float('alpha', 0.2), node.float('beta', 0.5)]),
  LeakyRelu: (node) => apply(node, [UNARY.leaky, node.float('alpha', 0.01)]),
  Log: single(UNARY.log),
  Neg: single(UNARY.negate),
  Pow: power,
  Relu: clamp,
  Selu: (node) => apply(node, [UNARY.elu, node.float('alpha', SELU.alpha), node.float('gamma', SELU.gamma)]),
  Sigmoid: single(UNARY.sigmoid),
  Softplus: single(UNARY.softplus),
  Softsign: single(UNARY.softsign),
  Sqrt: single(UNARY.sqrt),
  Tanh: single(UNARY.tanh),
  ThresholdedRelu: (node) => apply(node, [UNARY.threshold, node.float('alpha', 1)]),
};
