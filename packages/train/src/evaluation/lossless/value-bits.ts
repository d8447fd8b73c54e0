import { type ImageBatch, type PixelModel, PixelPrior, TOTAL, type ValueCoder } from '@convae/runtime/core';

const bits = (frequency: number): number => Math.log2(TOTAL / frequency);

/** Counts what each value costs: it ends with a yes, or with an interval. */
function countingCoder(onValue: (bits: number) => void): ValueCoder {
  let sum = 0;
  const end = (): void => {
    onValue(sum);
    sum = 0;
  };
  return {
    answer: (first, yes) => {
      sum += bits(yes ? first : TOTAL - first);
      if (yes) end();
      return yes;
    },
    slot: () => -1,
    interval: (low, high) => {
      sum += bits(high - low);
      end();
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
