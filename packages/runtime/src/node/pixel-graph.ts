import { joinBytes } from '../bytes.js';

/** All that is added to a graph is named with this, so that it meets none of the names there. */
const PREFIX = 'convae:';
/** Names of the added outputs. */
export const PIXELS = `${PREFIX}pixels`;
export const SUM = `${PREFIX}sum`;

/** Types of tensors by the numbers of onnx.proto. */
const TYPES = { float32: 1, uint8: 2, float64: 11 } as const;

/**
 * An ONNX model with two more outputs: {@link PIXELS}, uint8 N×H×W×C, its output clamped to 0..1, times 255, rounded, halves up,
 * exactly as `fillPixels` does it; and {@link SUM}, the sum of its output, which is not finite where one of its values is not.
 * What is appended is more of the model's graph: a message of protobuf may come in several pieces.
 * @param output Name of the model's output, float32 N×C×H×W; may be flat where there is one channel.
 * @source https://protobuf.dev/programming-guides/encoding, "Last One Wins": embedded messages are merged
 */
export function withPixels(model: Uint8Array, output: string, channels: number): Uint8Array<ArrayBuffer> {
  const own = (name: string): string => PREFIX + name;
  const [zero, one, most, half] = [own('0'), own('1'), own('255'), own('half')];
  const [clipped, exact, scaled, raised] = [own('clipped'), own('exact'), own('scaled'), own('raised')];
  const planes = channels === 1 ? PIXELS : own('planes');
  const graph = [
    node('Clip', [output, zero, one], clipped),
    // Products and sums are exact in double, so that rounding is.
    node('Cast', [clipped], exact, integerAttribute('to', TYPES.float64)),
    node('Mul', [exact, most], scaled),
    node('Add', [scaled, half], raised),
    node('Cast', [raised], planes, integerAttribute('to', TYPES.uint8)),
    channels === 1 ? [] : node('Transpose', [planes], PIXELS, integersAttribute('perm', [0, 2, 3, 1])),
    node('ReduceSum', [output], SUM, integerAttribute('keepdims', 0)),
    scalar(zero, TYPES.float32, Float32Array.of(0)),
    scalar(one, TYPES.float32, Float32Array.of(1)),
    scalar(most, TYPES.float64, Float64Array.of(255)),
    scalar(half, TYPES.float64, Float64Array.of(0.5)),
    tensorOutput(PIXELS, TYPES.uint8),
    tensorOutput(SUM, TYPES.float32),
  ];
  return joinBytes([model, Uint8Array.from(message(7, graph.flat()))]);
}

const node = (type: string, inputs: readonly string[], output: string, attribute: readonly number[] = []) =>
  message(1, [
    ...inputs.flatMap((name) => text(1, name)),
    ...text(2, output),
    ...text(4, type),
    ...attribute,
  ]);

const integerAttribute = (name: string, value: number): number[] =>
  message(5, [...text(1, name), ...integer(3, value), ...integer(20, 2)]);

const integersAttribute = (name: string, values: readonly number[]): number[] =>
  message(5, [...text(1, name), ...values.flatMap((value) => integer(8, value)), ...integer(20, 7)]);

const scalar = (name: string, type: number, value: Float32Array | Float64Array): number[] =>
  message(5, [...integer(2, type), ...text(8, name), ...message(9, [...new Uint8Array(value.buffer)])]);

/** An output of any shape. */
const tensorOutput = (name: string, type: number): number[] =>
  message(12, [...text(1, name), ...message(2, message(1, integer(1, type)))]);

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];

const integer = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];

const message = (field: number, content: readonly number[]): number[] => [
  ...varint(field * 8 + 2),
  ...varint(content.length),
  ...content,
];

const text = (field: number, value: string): number[] => message(field, [...new TextEncoder().encode(value)]);
