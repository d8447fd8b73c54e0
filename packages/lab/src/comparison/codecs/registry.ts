import { loadModularJpegXl } from './modular-jpeg-xl.js';
import type { CodecEntry } from './picture-codec.js';
import { avif, bestJpeg, palettePng, plainJpeg, png, webpLossless } from './sharp-codecs.js';
import { loadJpegXl, loadLosslessJpegXl, loadWebp } from './wasm-codecs.js';

/** The codecs for pictures that are compared, in the order of the tables. */
export const PICTURE_CODECS: readonly CodecEntry[] = [
  bestJpeg,
  plainJpeg,
  { label: 'WebP', load: loadWebp },
  { label: 'AVIF', load: async () => avif },
  { label: 'JPEG XL', load: loadJpegXl },
  { label: 'PNG with a palette', load: async () => palettePng },
  { label: 'PNG', lossless: true, load: async () => png },
  { label: 'WebP lossless', lossless: true, load: async () => webpLossless },
  { label: 'JPEG XL lossless', lossless: true, load: loadLosslessJpegXl },
  { label: 'JPEG XL modular', lossless: true, slow: true, load: loadModularJpegXl },
];
