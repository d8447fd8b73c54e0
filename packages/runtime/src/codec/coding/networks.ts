import type { CodedSize } from '../../bitstream/index.js';
import type { Manifest } from '../../bundle/manifest.js';
import type { FloatImageBatch, ImageBatch, Images, LatentBatch } from '../../image.js';
import type { CallOptions } from './coding-context.js';
import type { EntropyModel } from './entropy-model.js';

/** A bundle's networks and its entropy model. */
export interface Networks {
  readonly manifest: Manifest;
  readonly model: EntropyModel;
  embed(images: Images, options: CallOptions): Promise<LatentBatch>;
  reconstruct(latents: LatentBatch, options: CallOptions & CodedSize): Promise<ImageBatch>;
  /** As `reconstruct`, without rounding to uint8. */
  restore(latents: LatentBatch, options: CallOptions & CodedSize): Promise<FloatImageBatch>;
}
