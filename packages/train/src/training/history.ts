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
  /** Indices of latent channels that were 0 on every validation image. */
  readonly deadChannels: readonly number[];
}
