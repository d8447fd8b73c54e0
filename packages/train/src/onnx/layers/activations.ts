import type { GraphBuilder } from '../builder.js';
import { float, int } from '../graph/graph.js';
import { storedAxis, type Value } from '../layout.js';
import { type LayerCall, unsupported } from './layer-call.js';

type Activate = (builder: GraphBuilder, wish: string, x: Value) => Value;

/** An activation that is one ONNX operator. */
const operator =
  (op: string, attributes: Record<string, number> = {}): Activate =>
  (builder, wish, x) => {
    const floats = Object.entries(attributes).map(([name, value]) => [name, float(value)] as const);
    return builder.apply(op, `${wish}/${op}`, x, [], Object.fromEntries(floats));
  };

/** A normalisation along the last tfjs axis. */
const alongLastAxis =
  (op: string): Activate =>
  (builder, wish, x) =>
    builder.apply(op, `${wish}/${op}`, x, [], { axis: int(storedAxis(x, -1)) });

const swish: Activate = (builder, wish, x) => {
  const gate = builder.apply('Sigmoid', `${wish}/Sigmoid`, x);
  return builder.apply('Mul', `${wish}/Mul`, x, [gate.name]);
};

/** x · tanh(softplus(x)); ONNX has Mish from opset 18 on. */
const mish: Activate = (builder, wish, x) => {
  const softplus = builder.apply('Softplus', `${wish}/Softplus`, x);
  const gate = builder.apply('Tanh', `${wish}/Tanh`, softplus);
  return builder.apply('Mul', `${wish}/Mul`, x, [gate.name]);
};

/** x · (1 + erf(x / √2)) / 2 */
const gelu: Activate = (builder, wish, x) => {
  const scaled = builder.apply('Div', `${wish}/Div`, x, [builder.scalar(Math.SQRT2)]);
  const erf = builder.apply('Erf', `${wish}/Erf`, scaled);
  return halfGate(builder, wish, x, erf);
};

/** x · (1 + tanh(√(2/π) · (x + 0.044715·x³))) / 2 */
const geluNew: Activate = (builder, wish, x) => {
  const cube = builder.apply('Pow', `${wish}/Pow`, x, [builder.scalar(3)]);
  const bent = builder.apply('Mul', `${wish}/Mul`, cube, [builder.scalar(0.044715)]);
  const sum = builder.apply('Add', `${wish}/Add`, x, [bent.name]);
  const scaled = builder.apply('Mul', `${wish}/Mul`, sum, [builder.scalar(Math.sqrt(2 / Math.PI))]);
  return halfGate(builder, wish, x, builder.apply('Tanh', `${wish}/Tanh`, scaled));
};

function halfGate(builder: GraphBuilder, wish: string, x: Value, gate: Value): Value {
  const shifted = builder.apply('Add', `${wish}/Add`, gate, [builder.scalar(1)]);
  const product = builder.apply('Mul', `${wish}/Mul`, x, [shifted.name]);
  return builder.apply('Mul', `${wish}/Mul`, product, [builder.scalar(0.5)]);
}

/** Clip to lower..upper. */
export function clip(builder: GraphBuilder, wish: string, x: Value, lower: number, upper: number): Value {
  return builder.apply('Clip', `${wish}/Clip`, x, [builder.scalar(lower), builder.scalar(upper)]);
}

const ACTIVATIONS: Readonly<Record<string, Activate>> = {
  elu: operator('Elu', { alpha: 1 }),
  gelu,
  gelu_new: geluNew,
  hardSigmoid: operator('HardSigmoid', { alpha: 0.2, beta: 0.5 }),
  linear: (_builder, _wish, x) => x,
  logSoftmax: alongLastAxis('LogSoftmax'),
  mish,
  relu: operator('Relu'),
  relu6: (builder, wish, x) => clip(builder, wish, x, 0, 6),
  selu: operator('Selu'),
  sigmoid: operator('Sigmoid'),
  softmax: alongLastAxis('Softmax'),
  softplus: operator('Softplus'),
  softsign: operator('Softsign'),
  swish,
  tanh: operator('Tanh'),
};

/** The activations that can be exported, by tfjs's names. */
export const SUPPORTED_ACTIVATIONS: readonly string[] = Object.keys(ACTIVATIONS);

/**
 * Applies the activation that the layer's configuration names.
 * @throws ConvaeError UNSUPPORTED for an activation that is not known.
 */
export function applyActivation(call: LayerCall, x: Value): Value {
  const name = activationName(call.config.activation);
  const activate = Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined;
  if (activate) return activate(call.builder, call.name, x);
  const supported = SUPPORTED_ACTIVATIONS.join(', ');
  throw unsupported(call, `activation "${name}" is not supported; supported are ${supported}`);
}

function activationName(activation: unknown): string {
  if (activation == null) return 'linear';
  if (typeof activation === 'string') return activation;
  return String((activation as { className?: unknown }).className ?? JSON.stringify(activation));
}
