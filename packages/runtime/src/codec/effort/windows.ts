import type { FloatImageBatch, ItemShape } from '../../image.js';

/** Pixels of an image, the last row and column exclusive. */
interface Window {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/**
 * The pixels around each place of a latent that a change there is judged by: the place's own and half as many on each
 * side, which hold nearly all of what the change does.
 */
export class Windows {
  readonly #originals: FloatImageBatch;
  /** Of each value, where they are not all 1: colours of RGBA images count by their alpha. */
  readonly #weights: Float32Array | undefined;
  readonly #windows: readonly Window[];

  /** @param full the size of the image that a whole latent stands for: at least that of the originals. */
  constructor(originals: FloatImageBatch, latent: ItemShape, full: Pick<ItemShape, 'height' | 'width'>) {
    this.#originals = originals;
    this.#weights = originals.channels === 4 ? alphaWeights(originals) : undefined;
    const [down, across] = [full.height / latent.height, full.width / latent.width];
    const rows = spans(latent.height, down, originals.height);
    const columns = spans(latent.width, across, originals.width);
    this.#windows = rows.flatMap(([top, bottom]) =>
      columns.map(([left, right]) => ({ top, bottom, left, right })),
    );
  }

  /** The sum of squared errors of an image. */
  errorOf(restored: Float32Array, image: number): number {
    const { height, width } = this.#originals;
    return this.#error(restored, image, { top: 0, bottom: height, left: 0, right: width });
  }

  /** The sum of squared errors around a place. */
  errorAround(restored: Float32Array, image: number, place: number): number {
    return this.#error(restored, image, this.#windows[place]!);
  }

  /** Copies the pixels around a place. */
  copyAround(from: Float32Array, to: Float32Array, image: number, place: number): void {
    const { top, bottom, left, right } = this.#windows[place]!;
    this.#forEachRow(image, top, bottom, (row) => {
      for (let i = row + left; i < row + right; i++) to[i] = from[i]!;
    });
  }

  #error(restored: Float32Array, image: number, { top, bottom, left, right }: Window): number {
    const { data } = this.#originals;
    const weights = this.#weights;
    let sum = 0;
    this.#forEachRow(image, top, bottom, (row) => {
      for (let i = row + left; i < row + right; i++) {
        const error = restored[i]! - data[i]!;
        sum += weights === undefined ? error * error : error * error * weights[i]!;
      }
    });
    return sum;
  }

  #forEachRow(image: number, top: number, bottom: number, visit: (start: number) => void): void {
    const { channels, height, width } = this.#originals;
    for (let plane = image * channels; plane < (image + 1) * channels; plane++) {
      for (let y = top; y < bottom; y++) visit((plane * height + y) * width);
    }
  }
}

/** From where to where the windows of a side's places reach; those beyond the image are empty. */
function spans(places: number, pixels: number, side: number): [start: number, end: number][] {
  const ring = Math.ceil(pixels / 2);
  const within = (value: number): number => Math.max(0, Math.min(side, value));
  return Array.from({ length: places }, (_, i) => [
    within(Math.floor(i * pixels) - ring),
    within(Math.ceil((i + 1) * pixels) + ring),
  ]);
}

function alphaWeights({ data, height, width }: FloatImageBatch): Float32Array {
  const area = height * width;
  return data.map((_, i) => {
    const plane = Math.floor(i / area);
    return plane % 4 === 3 ? 1 : data[(plane - (plane % 4) + 3) * area + (i % area)]!;
  });
}
