import {
  type FloatImageBatch,
  fillPixels,
  type ImageBatch,
  type LatentBatch,
  toFloatImages,
} from '../../image.js';

/** Turns pixels into what a network takes, and what a network gives into pixels; serves one call at a time. */
export interface PixelWorkspace {
  /** uint8 N×H×W×C → float32 N×C×H×W, pixel / 255; may be overwritten by what is done next. */
  toFloats(images: ImageBatch): FloatImageBatch;
  /** As `fillPixels`. */
  toBytes(images: FloatImageBatch, pixels: Uint8Array): boolean;
}

/** The decoder and what makes pixels of its output in one: the faster way where there is much to do. */
export interface PixelDecoder {
  /** With fewer pixel values than this, it is not the faster one. */
  readonly fewestValues: number;
  /**
   * @param values how many pixel values there will be: those of the whole images that the network decodes.
   * @returns uint8 N×H×W×C, memory of the caller's own; undefined where the other way is to be gone.
   */
  decode(latents: LatentBatch, values: number): Promise<Uint8Array | undefined>;
  /** Frees it after the calls that are waiting. */
  release(): Promise<void>;
}

/** Workspaces: each is taken by one call and given back by it. */
export interface Pixels {
  /** @param values most numbers that the call has at once. */
  take(values: number): PixelWorkspace;
  giveBack(workspace: PixelWorkspace): void;
}

const PLAIN_WORKSPACE: PixelWorkspace = {
  toFloats: toFloatImages,
  toBytes: fillPixels,
};

/** In JavaScript: it keeps nothing, so that all calls share one. */
export const PLAIN_PIXELS: Pixels = {
  take: () => PLAIN_WORKSPACE,
  giveBack: () => undefined,
};
