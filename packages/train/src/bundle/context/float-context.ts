import type { FloatContext } from '../../training/rate/trained-coding.js';

/** What the context network computes with for one symbol. The arrays are used again for the next one. */
export interface SymbolTrace {
  readonly channel: number;
  /** Inputs: the window's, then the earlier channels'; 0 where there is none (yet). */
  readonly known: Float64Array;
  /** Activations of the hidden layers. */
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** Places of the causal window relative to the present one, in the order of the weights. */
export function windowOffsets(radius: number): readonly (readonly [dy: number, dx: number])[] {
  const offsets: [number, number][] = [];
  for (let dy = -radius; dy <= 0; dy++) {
    for (let dx = -radius; dx <= radius; dx++) if (dy < 0 || dx < 0) offsets.push([dy, dx]);
  }
  return offsets;
}

/**
 * Runs the network in floating point over one latent, symbol by symbol.
 *
 * @param inputs channels×height×width, in units of MEAN_SCALE latent units.
 */
export function traceLatent(
  net: FloatContext,
  inputs: Float64Array,
  quality: number,
  visit: (trace: SymbolTrace) => void,
): void {
  const { channels, height, width, spec } = net;
  const offsets = windowOffsets(spec.radius);
  const known = new Float64Array((offsets.length + 1) * channels);
  const trace = {
    channel: 0,
    known,
    first: new Float64Array(spec.hidden1),
    second: new Float64Array(spec.hidden2),
  };
  const sums = new Float64Array(spec.hidden1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      readWindow(net, inputs, { y, x }, known);
      startPlace(net, known, { place: y * width + x, quality }, sums);
      for (let channel = 0; channel < channels; channel++) {
        trace.channel = channel;
        activate(net, sums, trace);
        visit(trace);
        const value = inputs[(channel * height + y) * width + x]!;
        known[offsets.length * channels + channel] = value;
        for (let j = 0; j < sums.length; j++) sums[j]! += value * net.earlier[channel * sums.length + j]!;
      }
    }
  }
}

/** The inputs of a place's first symbol. */
function readWindow(
  { channels, height, width, spec }: FloatContext,
  inputs: Float64Array,
  { y, x }: { y: number; x: number },
  known: Float64Array,
): void {
  known.fill(0);
  for (const [neighbour, [dy, dx]] of windowOffsets(spec.radius).entries()) {
    const [ny, nx] = [y + dy, x + dx];
    if (ny < 0 || nx < 0 || nx >= width) continue;
    for (let channel = 0; channel < channels; channel++)
      known[neighbour * channels + channel] = inputs[(channel * height + ny) * width + nx]!;
  }
}

/** The first layer's sums of a place, without its channels. */
function startPlace(
  net: FloatContext,
  known: Float64Array,
  { place, quality }: { place: number; quality: number },
  sums: Float64Array,
): void {
  const size = sums.length;
  for (let j = 0; j < size; j++) sums[j] = net.position[place * size + j]! + net.quality[quality * size + j]!;
  for (let row = 0; row * size < net.window.length; row++) {
    const value = known[row]!;
    if (value !== 0) for (let j = 0; j < size; j++) sums[j]! += value * net.window[row * size + j]!;
  }
}

function activate(
  net: FloatContext,
  sums: Float64Array,
  { channel, first, second }: Omit<SymbolTrace, 'known'>,
): void {
  const { hidden1, hidden2 } = net.spec;
  for (let j = 0; j < hidden1; j++) first[j] = Math.max(0, sums[j]! + net.channel[channel * hidden1 + j]!);
  for (let i = 0; i < hidden2; i++) {
    let sum = net.secondBias[channel * hidden2 + i]!;
    for (let j = 0; j < hidden1; j++) sum += first[j]! * net.second[j * hidden2 + i]!;
    second[i] = Math.max(0, sum);
  }
}
