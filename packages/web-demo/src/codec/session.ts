import { bundles, wasmBytes } from 'virtual:bundles';
import type { Codec, LoadProgress } from '@convae/runtime/web';
import { createSignal } from '../base/signal.js';
import type { BundleEntry } from './bundle-entry.js';
import { CodecHost, type ProviderChoice } from './host.js';

/** A codec that is ready, and what it was loaded from. */
export interface Running extends Wanted {
  readonly codec: Codec;
  /** The codec of the entry's lossless bundle, loaded when first asked for. @throws ConvaeError as `loadCodec`. */
  readonly exact: () => Promise<Codec>;
}

/** A model, and what the networks are to run on. */
export interface Wanted {
  readonly entry: BundleEntry;
  readonly provider: ProviderChoice;
}

/** How far loading is; undefined where nothing is loading. */
export interface Loading {
  readonly what: string;
  readonly loaded: number;
  readonly total: number;
}

/** How to code, as the visitor chose. */
export interface Coding extends Pick<BundleEntry, 'quality' | 'prior'> {
  /** Without loss, by the lossless bundle for the same images. */
  readonly exact: boolean;
}

/** The model and the provider that the page runs on, and how they come to be. */
export class Session {
  readonly running = createSignal<Running | undefined>(undefined);
  readonly loading = createSignal<Loading | undefined>(undefined);
  readonly coding = createSignal<Coding>(codingOf(bundles[0]!));
  readonly #host = new CodecHost();
  readonly #exact = new Map<string, Promise<Codec>>();
  #attempt = new AbortController();
  /** What was asked for last: it runs, or is loading. */
  #wanted: Wanted = { entry: bundles[0]!, provider: 'wasm' };

  /**
   * Loads another model, or the same on another provider, in place of the one that runs; that one stays until then.
   * @returns False where another call came in between. @throws ConvaeError as `loadCodec`.
   */
  async open(change: Partial<Wanted>): Promise<boolean> {
    this.#attempt.abort();
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#wanted = { ...this.#wanted, ...change };
    const { entry, provider } = this.#wanted;
    try {
      const codec = await this.#load(this.#wanted, attempt.signal);
      if (attempt.signal.aborted) {
        void codec.dispose();
        return false;
      }
      this.#replace({ entry, codec, provider, exact: () => this.#exactOf(entry) });
      return true;
    } catch (error) {
      if (attempt.signal.aborted) return false;
      this.#wanted = this.running.value ?? this.#wanted;
      throw error;
    } finally {
      if (this.#attempt === attempt) this.loading.set(undefined);
    }
  }

  #exactOf({ name, exact }: BundleEntry): Promise<Codec> {
    if (exact === null) return Promise.reject(new Error(`There is no lossless model beside ${name}.`));
    const known = this.#exact.get(exact.name);
    if (known) return known;
    const codec = this.openBeside(exact);
    this.#exact.set(exact.name, codec);
    codec.catch(() => this.#exact.delete(exact.name));
    return codec;
  }

  /** Loads a further model beside the one that runs, on the same provider. */
  openBeside(entry: Pick<BundleEntry, 'folder'>): Promise<Codec> {
    return this.#host.open(entry, { provider: this.running.value?.provider ?? 'wasm' });
  }

  #load({ entry, provider }: Wanted, signal: AbortSignal): Promise<Codec> {
    this.loading.set({ what: 'Starting', loaded: 0, total: wasmBytes.wasm });
    const onProgress = (progress: LoadProgress): void => {
      if (!signal.aborted) this.loading.set(loadingOf(progress));
    };
    return this.#host.open(entry, { provider, onProgress, signal });
  }

  #replace(next: Running): void {
    const before = this.running.value;
    if (before?.entry !== next.entry) this.coding.set(codingOf(next.entry));
    this.running.set(next);
    void before?.codec.dispose();
  }
}

const codingOf = ({ quality, prior }: BundleEntry): Coding => ({ quality, prior, exact: false });

function loadingOf({ file, loaded, total }: LoadProgress): Loading {
  if (!file.endsWith('.wasm')) return { what: 'Model', loaded, total: total ?? loaded };
  const known = file.includes('asyncify') ? wasmBytes.webgpu : wasmBytes.wasm;
  return { what: 'ONNX Runtime', loaded, total: total ?? Math.max(known, loaded) };
}
