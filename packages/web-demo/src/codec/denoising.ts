import { bundles } from 'virtual:bundles';
import type { Codec, ImageBatch } from '@convae/runtime/web';
import type { BundleEntry } from './bundle-entry.js';
import type { Session } from './session.js';

/** The bundle that noise is removed with, where none that was trained for it is chosen; undefined where there is none. */
const denoiser = bundles.find(({ noise }) => noise !== null);

/** The bundle that removes noise: the chosen one where it was trained to or none was, else the denoiser. */
export function denoisingEntry(chosen: BundleEntry): BundleEntry {
  return chosen.noise === null ? (denoiser ?? chosen) : chosen;
}

/** The codec of {@link denoisingEntry}, which is loaded beside the one that runs when it is first wanted. */
export class Denoiser {
  readonly #session: Session;
  #beside: Promise<Codec> | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * A noisy image, and what the networks make of it. A model that was not trained to remove noise reconstructs it.
   * @throws ConvaeError as `loadCodec` and `denoise`.
   */
  async denoise(entry: BundleEntry, noisy: ImageBatch): Promise<ImageBatch> {
    const codec = await this.#codecOf(entry);
    if (entry.noise !== null) return codec.denoise(noisy);
    return (await codec.roundTrip(noisy)).images;
  }

  #codecOf(entry: BundleEntry): Promise<Codec> {
    const running = this.#session.running.value;
    if (running?.entry === entry) return Promise.resolve(running.codec);
    this.#beside ??= this.#session.openBeside(entry);
    this.#beside.catch(() => {
      this.#beside = undefined;
    });
    return this.#beside;
  }
}
