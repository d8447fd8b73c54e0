import type { BundleUrlOptions, Codec } from '@convae/runtime/web';
import { createWorkerCodec } from '@convae/runtime/worker';
import { codeOf } from '../base/messages.js';
import type { BundleEntry } from './bundle-entry.js';

/** What the visitor wants the networks to run on. */
export type ProviderChoice = 'wasm' | 'webgpu' | 'auto';

export interface HostOptions extends BundleUrlOptions {
  readonly provider: ProviderChoice;
}

/** The worker in which every codec of the page lives. */
export class CodecHost {
  #worker: Worker | undefined;
  /** Whether a codec was loaded in it. */
  #serves = false;

  /** Loads a bundle. @throws ConvaeError as `loadCodec`. */
  async open({ folder }: Pick<BundleEntry, 'folder'>, { provider, ...options }: HostOptions): Promise<Codec> {
    this.#worker ??= new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    try {
      const codec = await createWorkerCodec(this.#worker, new URL(folder, document.baseURI), {
        ...options,
        executionProviders: provider === 'auto' ? 'auto' : [provider],
      });
      this.#serves = true;
      return codec;
    } catch (error) {
      // ONNX Runtime starts once in a worker: where it never did, only another worker can try again.
      if (codeOf(error) === 'DEPENDENCY_MISSING' && !this.#serves) {
        this.#worker?.terminate();
        this.#worker = undefined;
      }
      throw error;
    }
  }
}
