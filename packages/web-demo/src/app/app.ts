import { bundles } from 'virtual:bundles';
import type { ImageBatch } from '@convae/runtime/web';
import { latest } from '../base/latest.js';
import { codeOf, fileSentence, plainSentence } from '../base/messages.js';
import { createSignal } from '../base/signal.js';
import { bundleOf, isContainer, MAX_FILE_BYTES, openBitstream } from '../codec/bitstreams.js';
import type { BundleEntry } from '../codec/bundle-entry.js';
import { type Coded, codeImage, type Shown } from '../codec/live.js';
import { type Running, Session, type Wanted } from '../codec/session.js';
import { importImage } from '../picture/import-image.js';
import { emptyPicture, toImage } from '../picture/picture.js';
import { psnrOf } from '../picture/quality.js';
import { PictureStore } from './picture-store.js';

/** What the page does, apart from how it looks: views call it and follow its signals. */
export class App {
  readonly pictures = new PictureStore();
  readonly session = new Session();
  /** What went through the codec last. */
  readonly shown = createSignal<Shown | undefined>(undefined);
  /** What to tell the visitor; empty where all is well. */
  readonly problem = createSignal('');
  /** Changes with the theme. */
  readonly theme = createSignal('auto');
  /** True while what is shown is not of the drawn picture, but of a file or of changed bytes. */
  readonly apart = createSignal(false);
  readonly #warm = new WeakSet<Running>();
  readonly #code = latest(
    () => this.#codeNow(),
    (error) => this.fail('The codec failed', error),
  );
  #coding = Promise.resolve();

  constructor() {
    const { pictures, session } = this;
    pictures.current.subscribe(() => this.#codeAgain());
    session.coding.subscribe(() => this.#codeAgain());
    session.running.subscribe((running) => {
      if (running) pictures.resize(running.entry.image.height, running.entry.image.width);
      this.#codeAgain();
    });
  }

  /** Says what failed and why. A codec that was replaced meanwhile has nothing to say. */
  fail(what: string, error: unknown): void {
    if (codeOf(error) !== 'DISPOSED') this.problem.set(`${what}: ${plainSentence(error)}`);
  }

  /** Loads another model, or the same on another provider; what goes wrong is said. */
  async open(change: Partial<Wanted>): Promise<void> {
    this.problem.set('');
    try {
      await this.session.open(change);
    } catch (error) {
      this.problem.set(`The codec cannot be started: ${plainSentence(error)}`);
    }
  }

  /** Opens an image or a bitstream, or says why it cannot and changes nothing else. */
  async openFile(file: File): Promise<void> {
    this.problem.set('');
    try {
      const { height, width } = this.pictures.current.value;
      if (file.type.startsWith('image/')) this.pictures.replace(await importImage(file, height, width));
      else await this.#openBitstream(file);
    } catch (error) {
      this.problem.set(`${file.name || 'The file'}: ${fileSentence(error)}`);
    }
  }

  async #openBitstream(file: File): Promise<void> {
    if (file.size > MAX_FILE_BYTES) throw new RangeError('This file is too large for this page.');
    const bytes = new Uint8Array(await file.arrayBuffer());
    await this.#openBundleOf(bytes);
    const running = this.session.running.value;
    if (!running) throw new Error('The codec is still loading. Try again in a moment.');
    const start = performance.now();
    const { count, first } = await openBitstream(running.codec, bytes);
    const decodeMs = performance.now() - start;
    this.pictures.replace(emptyPicture(running.entry.image.height, running.entry.image.width));
    this.apart.set(true);
    const { name } = file;
    this.shown.set({ kind: 'opened', running, name, bytes, count, decoded: first, decodeMs });
  }

  /** A container names its model: where the page has it, it is loaded. */
  async #openBundleOf(bytes: Uint8Array): Promise<void> {
    const entry = isContainer(bytes) ? bundleOf(bytes) : undefined;
    if (entry && entry !== this.session.running.value?.entry) await this.session.open({ entry });
  }

  /** Flips the lowest bit of one byte and shows what a decoder makes of it. */
  async damage(coded: Coded, index: number): Promise<void> {
    const bytes = coded.bytes.slice();
    bytes[index]! ^= 1;
    this.problem.set('');
    this.apart.set(true);
    try {
      const decoded = await coded.running.codec.decode(bytes);
      const psnr = psnrOf(coded.original, decoded);
      this.shown.set({ ...coded, bytes, decoded, psnr, changedAt: index });
    } catch (error) {
      this.shown.set({ ...coded, bytes, changedAt: index });
      this.problem.set(`With that bit flipped: ${fileSentence(error)}`);
    }
  }

  /** The drawn picture as a model takes it; undefined while it has not got the model's sides yet. */
  drawnFor({ entry: { image } }: Running): ImageBatch | undefined {
    const picture = this.pictures.current.value;
    if (picture.height !== image.height || picture.width !== image.width) return undefined;
    return toImage(picture, image.channels);
  }

  /** Back to the drawn picture. */
  refresh(): void {
    this.problem.set('');
    this.#codeAgain();
  }

  /**
   * The drawn picture as it is coded, when that is done.
   * @throws Error where something else is shown.
   */
  async coded(): Promise<Coded> {
    await this.#coding;
    const shown = this.shown.value;
    if (shown?.kind === 'coded' && shown.changedAt === undefined && !this.apart.value) return shown;
    throw new Error('Something else is shown by now.');
  }

  #codeAgain(): void {
    this.apart.set(false);
    this.#coding = this.#code();
  }

  async #codeNow(): Promise<void> {
    const running = this.session.running.value;
    if (!running) return;
    const original = this.drawnFor(running);
    if (!original) return;
    const coded = await codeImage(running, original, this.session.coding.value);
    if (!this.apart.value && running === this.session.running.value) this.shown.set(coded);
    // The first run of a network takes longer than all others: its time is no measure.
    if (this.#warm.has(running)) return;
    this.#warm.add(running);
    void this.#code();
  }
}

/** The model that a first visit begins with: the middle one of the best kind. */
export function firstBundle(): BundleEntry {
  const best = bundles.filter(({ kind }) => kind === bundles[0]!.kind);
  const measured = best.filter(({ typicalBytes }) => typicalBytes > 0);
  return measured[measured.length >> 1] ?? best[0]!;
}
