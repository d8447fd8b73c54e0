export { MAX_PIXEL_FILE_BYTES } from './limits.js';
export { PixelChoices } from './pixel-choices.js';
export {
  decodePixels,
  encodePixels,
  MAX_PIXEL_PRODUCTS,
  type PixelHead,
} from './pixel-coder.js';
export { COPY_CANDIDATES, COPY_CHOICES, COPY_LISTED, COPY_NEW, COPY_PAIRS } from './pixel-copies.js';
export {
  codingOrder,
  MAX_BIAS_SHIFT,
  MAX_PIXEL_RADIUS,
  type PixelModel,
  type PixelSizes,
  parsePixels,
  pixelHeads,
  pixelOutputs,
  pixelRows,
  serializePixels,
} from './pixel-model.js';
export { PixelPrior } from './pixel-prior.js';
export type { ValueCoder } from './pixel-walker.js';
