/**
 * Images as people hold them: uint8, N×H×W×C (C = 1 grey or 3 RGB, interleaved), values 0..255.
 * A single image is a batch whose `count` is 1.
 */
export interface ImageBatch {
  /** uint8, length count·height·width·channels, 0..255. */
  readonly data: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Images as the networks see them: float32, N×C×H×W, values 0..1. */
export interface FloatImageBatch {
  /** float32, length count·channels·height·width, 0..1. */
  readonly data: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Encoder output: float32, N×c×h×w, unbounded. */
export interface LatentBatch {
  /** float32, length count·channels·height·width. */
  readonly data: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}
