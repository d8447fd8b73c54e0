import { createSignal } from '../base/signal.js';
import {
  copyPicture,
  emptyPicture,
  fitPicture,
  type Picture,
  type PictureShape,
} from '../picture/picture.js';

/** Most steps that can be undone. */
const MAX_UNDO = 50;

/** The picture that is being drawn. It is painted in place; whoever paints says so. */
export class PictureStore {
  readonly current = createSignal<Picture>(emptyPicture(28, 28));
  readonly canUndo = createSignal(false);
  readonly #before: Picture[] = [];

  /** Call before a stroke: what is there now can be had back. */
  remember(): void {
    this.#before.push(copyPicture(this.current.value));
    if (this.#before.length > MAX_UNDO) this.#before.shift();
    this.canUndo.set(true);
  }

  /** Call after painting. */
  painted(): void {
    this.current.set(this.current.value);
  }

  /** Another picture in place of this one, which can be had back. */
  replace(picture: Picture): void {
    this.remember();
    this.current.set(picture);
  }

  undo(): void {
    const before = this.#before.pop();
    this.canUndo.set(this.#before.length > 0);
    if (before) this.current.set(fitPicture(before, this.current.value));
  }

  /** The sides and channels that the model takes. */
  fit(shape: PictureShape): void {
    const fitted = fitPicture(this.current.value, shape);
    if (fitted !== this.current.value) this.current.set(fitted);
  }
}
