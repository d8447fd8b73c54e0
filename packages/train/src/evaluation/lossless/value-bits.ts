import { type ImageBatch, type PixelModel, PixelPrior, TOTAL, type ValueCoder } from '@convae/runtime/core';

const bits = (frequency: number): number => Math.log2(TOTAL / frequency);

/** The bits that a model's distributions ask for each pixel, its channels together: float32, images·height·width. */
export function pixelBits(model: PixelModel, images: ImageBatch): Float32Array {
  const { data, count, height, width, channels } = images;
  const result = new Float32Array(count * height * width);
  let pixel = 0;
  const coder: ValueCoder = {
    answer: (first, yes) => {
      result[pixel]! += bits(yes ? first : TOTAL - first);
      return yes;
    },
    slot: () => -1,
    interval: (low, high) => {
      result[pixel]! += bits(high - low);
    },
    refuse: () => {},
  };
  // A pixel at a time.
  for (const _ of new PixelPrior(model).steps(data.slice(), images, coder, channels)) pixel++;
  return result;
}
