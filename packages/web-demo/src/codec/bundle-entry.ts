import type { Prior } from '@convae/runtime/web';
import type { NoiseKind } from '../picture/noise.js';

/** What a bundle was trained for. */
export type BundleKind = 'rate-distortion' | 'reconstruction' | 'denoising';

/** The sizes of one image or latent. */
interface Sizes {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** The noise that a bundle was trained to remove: its kind, and the range of its level. */
export interface TrainedNoise {
  readonly kind: NoiseKind;
  readonly from: number;
  readonly to: number;
}

/** A lossless bundle for images like those of a bundle. */
export interface ExactEntry {
  readonly name: string;
  readonly folder: string;
  /** Its context model, bytes. */
  readonly bytes: number;
  readonly hash: string;
}

/** What the page knows of a bundle before it is loaded: collected from its manifest when the page is built. */
export interface BundleEntry {
  readonly name: string;
  /** Its address relative to the page, with a slash at the end. */
  readonly folder: string;
  readonly kind: BundleKind;
  /** Whether it is the reference network, trained to reconstruct. */
  readonly reference: boolean;
  /** Networks, entropy tables and context model, bytes. */
  readonly bytes: number;
  /** The hash by which containers name it, 16 hexadecimal digits. */
  readonly hash: string;
  readonly image: Sizes;
  /** Whether images may have other sides than those. */
  readonly anySize: boolean;
  readonly latent: Sizes;
  /** Null where it was not trained to remove any. */
  readonly noise: TrainedNoise | null;
  /** The quality where nothing is chosen. */
  readonly quality: number;
  readonly qualities: number;
  readonly priors: readonly Prior[];
  readonly prior: Prior;
  /** Bytes per validation image at that quality; 0 where it was not measured. */
  readonly typicalBytes: number;
  /** Decibels on the validation images at that quality; 0 where it was not measured. */
  readonly typicalPsnr: number;
  /** What codes the same images without loss; null where no bundle was trained on them for that. */
  readonly exact: ExactEntry | null;
}

/** Whether photos go through it at their own size. Grey models take everything for a drawing of the size they know. */
export const takesPhotos = ({ anySize, image }: BundleEntry): boolean => anySize && image.channels > 1;
