import { bundles } from 'virtual:bundles';
import {
  areaAverage,
  DEFAULT_PLACEHOLDER_BYTES,
  decodePlaceholder,
  encodePlaceholder,
} from '@convae/runtime/placeholder';
import type { Codec, ImageBatch } from '@convae/runtime/web';
import { type Hash, hashesOf } from '../picture/hashes.js';
import { psnrOf } from '../picture/quality.js';
import type { BundleEntry } from './bundle-entry.js';
import type { Session } from './session.js';

const isForPlaceholders = ({ image, typicalBytes }: BundleEntry): boolean =>
  image.channels === 3 && typicalBytes > 0 && typicalBytes <= DEFAULT_PLACEHOLDER_BYTES;

/** The bundle that placeholders are made with: in colour, at so few bytes. Undefined where there is none. */
export const placeholderEntry = bundles.find(isForPlaceholders);

/** A placeholder, and how close it is to the pixels that it was made of. */
export interface Measured extends Hash {
  /** Decibels. */
  readonly psnr: number;
}

/** Makes placeholders with a bundle that is loaded beside the chosen one when it is first wanted. */
export class Placeholders {
  readonly #session: Session;
  #codec: Promise<Codec> | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * Placeholders of a picture: others' and ours, which comes last.
   * @throws ConvaeError as `loadCodec` and `encodePlaceholder`.
   */
  async of(entry: BundleEntry, picture: ImageBatch): Promise<Measured[]> {
    const { height, width } = entry.image;
    const pixels = areaAverage(picture, height, width);
    const codec = await this.#open(entry);
    const bytes = await encodePlaceholder(codec, picture);
    const { image } = await decodePlaceholder(codec, bytes);
    const all = [...hashesOf(pixels), { name: 'convae', length: bytes.length, image }];
    return all.map((each) => ({ ...each, psnr: psnrOf(pixels, atSize(each.image, pixels)) }));
  }

  #open(entry: BundleEntry): Promise<Codec> {
    this.#codec ??= this.#session.openBeside(entry);
    this.#codec.catch(() => {
      this.#codec = undefined;
    });
    return this.#codec;
  }
}

/** ThumbHash draws 32 pixels a side, whatever it was made of. */
const atSize = (image: ImageBatch, { height, width }: ImageBatch): ImageBatch =>
  image.height === height && image.width === width ? image : areaAverage(image, height, width);
