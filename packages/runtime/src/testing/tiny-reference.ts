import type { FloatImageBatch, LatentBatch } from '../image.js';
import type { OnnxTensor } from './onnx-writer.js';
import type { TinyWeights } from './tiny-bundle.js';

type Planes = FloatImageBatch;

/** What the tiny encoder computes, in plain loops: (convolution, ReLU, 2×2 maximum) twice. */
export function referenceEmbed(images: FloatImageBatch, weights: TinyWeights): LatentBatch {
  const first = maximum(map(convolve(images, weights.first, weights.firstBias), relu));
  return maximum(map(convolve(first, weights.second, weights.secondBias), relu));
}

/** What the tiny decoder computes, in plain loops: nearest upsampling by 4, convolution, sigmoid. */
export function referenceReconstruct(latents: LatentBatch, weights: TinyWeights): FloatImageBatch {
  const large = resized(latents, 4, (at, y, x) => at(Math.floor(y / 4), Math.floor(x / 4)));
  return map(convolve(large, weights.last, weights.lastBias), (x) => 1 / (1 + Math.exp(-x)));
}

const relu = (x: number): number => Math.max(0, x);

function map(planes: Planes, f: (x: number) => number): Planes {
  return { ...planes, data: planes.data.map(f) };
}

function maximum(planes: Planes): Planes {
  return resized(planes, 0.5, (at, y, x) =>
    Math.max(at(2 * y, 2 * x), at(2 * y, 2 * x + 1), at(2 * y + 1, 2 * x), at(2 * y + 1, 2 * x + 1)),
  );
}

type At = (y: number, x: number) => number;

function resized(planes: Planes, factor: number, pick: (at: At, y: number, x: number) => number): Planes {
  const [height, width] = [planes.height * factor, planes.width * factor];
  const data = new Float32Array(planes.count * planes.channels * height * width);
  for (let i = 0; i < data.length; i++) {
    const plane = Math.floor(i / (height * width));
    data[i] = pick((y, x) => valueAt(planes, plane, y, x), Math.floor(i / width) % height, i % width);
  }
  return { ...planes, data, height, width };
}

function convolve(planes: Planes, kernel: OnnxTensor, bias: OnnxTensor): Planes {
  const [channels, inputs] = kernel.dims as [number, number];
  const { count, height, width } = planes;
  const data = new Float32Array(count * channels * height * width);
  for (let i = 0; i < data.length; i++) {
    const [x, y, plane] = [i % width, Math.floor(i / width) % height, Math.floor(i / (height * width))];
    const [channel, image] = [plane % channels, Math.floor(plane / channels)];
    let sum = bias.data[channel]!;
    for (let k = 0; k < inputs * 9; k++) {
      const from = image * inputs + Math.floor(k / 9);
      const [dy, dx] = [(Math.floor(k / 3) % 3) - 1, (k % 3) - 1];
      sum += valueAt(planes, from, y + dy, x + dx) * kernel.data[channel * inputs * 9 + k]!;
    }
    data[i] = sum;
  }
  return { data, count, height, width, channels };
}

function valueAt({ data, height, width }: Planes, plane: number, y: number, x: number): number {
  return y < 0 || x < 0 || y >= height || x >= width ? 0 : data[(plane * height + y) * width + x]!;
}
