import type { CodecEntry } from './picture-codec.js';
import { avif, jpeg, png, webpLossless } from './sharp-codecs.js';
import { loadJpegXl, loadWebp } from './wasm-codecs.js';

/** The codecs for pictures that are compared, the quick ones first. */
export const PICTURE_CODECS: readonly CodecEntry[] = [
  { label: 'JPEG', load: async () => jpeg },
  { label: 'WebP', load: loadWebp },
  { label: 'PNG', load: async () => png },
  { label: 'WebP lossless', load: async () => webpLossless },
  { label: 'JPEG XL modular', load: () => loadJpegXl('modular') },
  { label: 'JPEG XL', load: () => loadJpegXl('transform') },
  { label: 'JPEG XL lossless', load: () => loadJpegXl('lossless') },
  { label: 'AVIF', load: async () => avif },
];
