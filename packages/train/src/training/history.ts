/** What one epoch of training for rate and distortion measured; bytes are code lengths under the trained priors. */
export interface RateRecord {
  /** Over the training images, under the weights of each step, bytes per image. */
  readonly factorizedBytes: number;
  /** Null without a context network, or before it takes part in a whole epoch. */
  readonly contextBytes: number | null;
  /** At hard rounding, one for each step trained for; empty without validation images. */
  readonly validation: readonly RatePoint[];
}

/** Rate and distortion of the validation images at one step. */
export interface RatePoint {
  /** Step in eighths of a latent unit. */
  readonly multiplier: number;
  /** dB, peak 1. */
  readonly psnr: number;
  readonly factorizedBytes: number;
  readonly contextBytes: number | null;
  /** Bits + lambda · squared error, per image. */
  readonly objective: number;
}

/** One line of `epochs.jsonl`: what one epoch of training measured. Errors are mean squared errors on 0..1. */
export interface EpochRecord {
  /** 1-based. */
  readonly epoch: number;
  readonly trainMse: number;
  /** Null where the run has no validation images. */
  readonly validationMse: number | null;
  /** dB, from the MSE beside it, peak 1. */
  readonly trainPsnr: number;
  readonly validationPsnr: number | null;
  readonly learningRate: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /**
   * Indices of latent channels that had one and the same value on every validation image: they carry nothing. Empty
   * without validation images, and where rate is trained.
   */
  readonly deadChannels: readonly number[];
  /** Where rate is trained. */
  readonly rate?: RateRecord | undefined;
}
