import { bundles } from 'virtual:bundles';
import type { ImageBatch } from '@convae/runtime/web';
import { latest } from '../base/latest.js';
import { codeOf, fileSentence, plainSentence } from '../base/messages.js';
import { createSignal } from '../base/signal.js';
import { bundleOf, isContainer, MAX_FILE_BYTES, openBitstream } from '../codec/bitstreams.js';
import { type BundleEntry, takesPhotos } from '../codec/bundle-entry.js';
import { type Coded, codecFor, codeImage, type Shown, type Step } from '../codec/live.js';
import { type Running, Session, type Wanted } from '../codec/session.js';
import { importImage, type Photo, photoImage, readPhoto } from '../picture/import-image.js';
import { emptyPicture, toImage } from '../picture/picture.js';
import { psnrOf } from '../picture/quality.js';
import { followFormats } from './formats.js';
import { PictureStore } from './picture-store.js';

/** Time that a photo waits before it is coded, milliseconds: a hand on the slider asks for many qualities. */
const PHOTO_IDLE_MS = 200;

/** What the page does, apart from how it looks: views call it and follow its signals. */
export class App {
  readonly pictures = new PictureStore();
  readonly session = new Session();
  /** What went through the codec last; undefined before the first picture, and before a photo has come back. */
  readonly shown = createSignal<Shown | undefined>(undefined);
  /** What to tell the visitor; empty where all is well. */
  readonly problem = createSignal('');
  /** Changes with the theme. */
  readonly theme = createSignal('auto');
  /** True while what is shown is not of the drawn picture, but of a file or of changed bytes. */
  readonly apart = createSignal(false);
  /** The photo that is coded in place of the drawn picture, where one is open. */
  readonly photo = createSignal<Photo | undefined>(undefined);
  /** What is being done with the photo; undefined where all is done. */
  readonly photoState = createSignal<{ step: Step; share: number } | 'stopped' | undefined>(undefined);
  /** What is shown, as the browser's own encoders keep it. */
  readonly formats = followFormats(this.shown, (error) => this.fail('The sizes cannot be compared', error));
  #attempt = new AbortController();
  readonly #warm = new WeakSet<Running>();
  readonly #code = latest(
    () => this.#codeNow(),
    (error) => this.fail('The codec failed', error),
  );
  #coding = Promise.resolve();

  constructor() {
    const { pictures, session } = this;
    pictures.current.subscribe(() => {
      this.photo.set(undefined);
      this.#codeAgain();
    });
    session.coding.subscribe(() => this.#codeAgain());
    session.running.subscribe((running) => running && this.#take(running));
  }

  /** Says what failed and why. A codec that was replaced or stopped meanwhile has nothing to say. */
  fail(what: string, error: unknown): void {
    if (!['DISPOSED', 'ABORTED'].includes(codeOf(error)))
      this.problem.set(`${what}: ${plainSentence(error)}`);
  }

  /** Another model: what is open stays open, at the size that it takes. */
  #take({ entry }: Running): void {
    const photo = this.photo.value;
    this.pictures.fit(entry.image);
    if (photo && takesPhotos(entry)) this.photo.set(photo);
    else if (photo) void this.openFile(photo.file);
    this.#codeAgain();
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
      if (file.type.startsWith('image/')) await this.#openImage(file);
      else await this.#openBitstream(file);
    } catch (error) {
      this.problem.set(`${file.name || 'The file'}: ${fileSentence(error)}`);
    }
  }

  /** At its own size where the model takes any, else as a drawing of the size that it takes. */
  async #openImage(file: File): Promise<void> {
    const running = this.session.running.value;
    if (!running || !takesPhotos(running.entry))
      return this.pictures.replace(await importImage(file, this.pictures.current.value));
    const photo = await readPhoto(file);
    // What was shown says nothing of it.
    this.shown.set(undefined);
    this.photo.set(photo);
    this.#codeAgain();
  }

  /** Back from the photo to the drawn picture. */
  closePhoto(): void {
    this.photo.set(undefined);
    this.refresh();
  }

  /** Stops what is done with the photo. */
  stop(): void {
    this.#attempt.abort();
  }

  async #openBitstream(file: File): Promise<void> {
    if (file.size > MAX_FILE_BYTES) throw new RangeError('This file is too large for this page.');
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (file.type && !BINARY_TYPES.includes(file.type) && !isContainer(bytes)) throw new TypeError(NEITHER);
    const exact = await this.#openBundleOf(bytes);
    const running = this.session.running.value;
    if (!running) throw new Error('The codec is still loading. Try again in a moment.');
    const start = performance.now();
    const codec = await codecFor(running, { ...this.session.coding.value, exact });
    const { count, first } = await openBitstream(codec, bytes);
    const decodeMs = performance.now() - start;
    const { height, width, channels } = running.entry.image;
    this.pictures.replace(emptyPicture(height, width, channels));
    this.apart.set(true);
    const { name } = file;
    this.shown.set({ kind: 'opened', running, name, bytes, count, decoded: first, decodeMs });
  }

  /** A container names its model: where the page has it, it is loaded. Gives whether the file is a lossless one. */
  async #openBundleOf(bytes: Uint8Array): Promise<boolean> {
    if (!isContainer(bytes)) return this.session.coding.value.exact;
    const running = this.session.running.value?.entry;
    const named = bundleOf(bytes, running);
    if (named && named.entry !== running) await this.session.open({ entry: named.entry });
    return named?.exact ?? false;
  }

  /** Flips the lowest bit of one byte and shows what a decoder makes of it. */
  async damage(coded: Coded, index: number): Promise<void> {
    const bytes = coded.bytes.slice();
    bytes[index]! ^= 1;
    this.problem.set('');
    this.apart.set(true);
    try {
      const decoded = await coded.codec.decode(bytes);
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
    const fits = (['height', 'width', 'channels'] as const).every((side) => picture[side] === image[side]);
    return fits ? toImage(picture) : undefined;
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
    if (this.photo.value && this.photoState.value === 'stopped')
      throw new Error('The photo was not encoded.');
    if (shown?.kind === 'coded' && shown.changedAt === undefined && !this.apart.value) return shown;
    throw new Error('Something else is shown by now.');
  }

  #codeAgain(): void {
    this.#attempt.abort();
    this.apart.set(false);
    this.#coding = this.#code();
  }

  async #codeNow(): Promise<void> {
    const running = this.session.running.value;
    if (!running) return;
    if (this.photo.value) return this.#codePhoto(running, this.photo.value);
    const original = this.drawnFor(running);
    if (!original) return;
    const coded = await codeImage(running, original, this.session.coding.value);
    if (!this.apart.value && !this.photo.value && running === this.session.running.value)
      this.shown.set(coded);
    // The first run of a network takes longer than all others: its time is no measure.
    if (this.#warm.has(running)) return;
    this.#warm.add(running);
    void this.#code();
  }

  async #codePhoto(running: Running, photo: Photo): Promise<void> {
    this.#attempt = new AbortController();
    const { signal } = this.#attempt;
    const onStep = (step: Step, share: number): void => this.photoState.set({ step, share });
    onStep('encode', 0);
    try {
      await new Promise((resolve) => setTimeout(resolve, PHOTO_IDLE_MS));
      const original = photoImage(photo, running.entry.image.channels);
      const coded = await codeImage(running, original, this.session.coding.value, { signal, onStep });
      if (signal.aborted) return;
      this.photoState.set(undefined);
      this.shown.set({ ...coded, photo });
    } catch (error) {
      this.photoState.set('stopped');
      throw error;
    }
  }
}

/** The model that a first visit begins with: the middle one of the best kind, and of those for drawings in ink. */
export function firstBundle(): BundleEntry {
  const best = bundles.filter(({ kind }) => kind === bundles[0]!.kind);
  const grey = best.filter(({ image }) => image.channels === 1);
  const measured = grey.filter(({ typicalBytes }) => typicalBytes > 0);
  return measured[measured.length >> 1] ?? grey[0] ?? best[0]!;
}

/** What browsers say of files that they do not know. */
const BINARY_TYPES = ['application/octet-stream', 'application/macbinary'];
const NEITHER = 'This is neither an image nor a bitstream of this codec.';
