import { type ImageBatch, type PixelModel, PixelPrior, TOTAL, type ValueCoder } from '@convae/runtime/core';

const bits = (frequency: number): number => Math.log2(TOTAL / frequency);

/** Counts what each value costs. */
function countingCoder(onValue: (bits: number) => void): ValueCoder {
  let first = 0;
  return {
    isZero: (zero, value) => {
      first = bits(value === 0 ? zero : TOTAL - zero);
      if (value === 0) onValue(first);
      return value === 0;
    },
    other: (mixture, value) => {
      const { white } = mixture;
      const second = bits(value === 255 ? white : TOTAL - white);
      const third = value === 255 ? 0 : bits(mixture.cumulative(value + 1) - mixture.cumulative(value));
      onValue(first + second + third);
      return value;
    },
  };
}

/** The bits that a model's distributions ask for each pixel, its channels together: float32, images·height·width. */
export function pixelBits(model: PixelModel, images: ImageBatch): Float32Array {
  const { data, count, height, width, channels } = images;
  const result = new Float32Array(count * height * width);
  let value = 0;
  const coder = countingCoder((cost) => {
    result[Math.floor(value++ / channels)]! += cost;
  });
  for (const _ of new PixelPrior(model).steps(data.slice(), images, coder));
  return result;
}
