import type { FloatContext } from '../../training/rate/trained-coding.js';

/** Largest activation of every unit of both hidden layers. */
export interface Activations {
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
 * Runs the network in floating point over one latent and raises `seen` to its activations.
 *
 * @param inputs channels×height×width, in units of MEAN_SCALE finest steps.
 * @param octaves of the step above the reference.
 */
export function traceActivations(
  net: FloatContext,
  inputs: Float64Array,
  octaves: number,
  seen: Activations,
): void {
  const { channels, height, width, spec } = net;
  const first = new Float64Array(spec.hidden1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      startPlace(net, inputs, { y, x, octaves }, first);
      for (let channel = 0; channel < channels; channel++) {
        traceSymbol(net, first, channel, seen);
        const value = inputs[(channel * height + y) * width + x]!;
        for (let j = 0; j < first.length; j++) first[j]! += value * net.earlier[channel * first.length + j]!;
      }
    }
  }
}

function startPlace(
  net: FloatContext,
  inputs: Float64Array,
  { y, x, octaves }: { y: number; x: number; octaves: number },
  first: Float64Array,
): void {
  const { channels, height, width, spec } = net;
  const place = (y * width + x) * first.length;
  for (let j = 0; j < first.length; j++) first[j] = net.position[place + j]! + octaves * net.quality[j]!;
  for (const [neighbour, [dy, dx]] of windowOffsets(spec.radius).entries()) {
    const [ny, nx] = [y + dy, x + dx];
    if (ny < 0 || nx < 0 || nx >= width) continue;
    for (let channel = 0; channel < channels; channel++) {
      const value = inputs[(channel * height + ny) * width + nx]!;
      const row = (neighbour * channels + channel) * first.length;
      for (let j = 0; j < first.length; j++) first[j]! += value * net.window[row + j]!;
    }
  }
}

function traceSymbol(net: FloatContext, first: Float64Array, channel: number, seen: Activations): void {
  const { hidden1, hidden2 } = net.spec;
  const active = first.map((value, j) => Math.max(0, value + net.channel[channel * hidden1 + j]!));
  for (let j = 0; j < hidden1; j++) seen.first[j] = Math.max(seen.first[j]!, active[j]!);
  for (let i = 0; i < hidden2; i++) {
    let sum = net.secondBias[channel * hidden2 + i]!;
    for (let j = 0; j < hidden1; j++) sum += active[j]! * net.second[j * hidden2 + i]!;
    seen.second[i] = Math.max(seen.second[i]!, sum);
  }
}
