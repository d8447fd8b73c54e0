import { type ImageBatch, UsageError } from '@convae/runtime';

/** Height and width, pixels, of the block of the image that one latent position stands for. */
export interface Cell {
  readonly height: number;
  readonly width: number;
}

/** Mean absolute steps between neighbouring pixels, 0..1, by where they lie in a cell. */
export interface StepProfile {
  /** Of the steps from the last pixel of a cell to the first of the next. */
  readonly border: number;
  /** Of all other steps. */
  readonly inside: number;
  /** By place in the cell, both directions together; the last is the border. Only where cells are square. */
  readonly places: readonly number[];
}

/** Sums and counts of absolute steps by place in the cell. */
class StepSums {
  readonly sums: Float64Array;
  readonly counts: Float64Array;

  constructor(cell: number) {
    this.sums = new Float64Array(cell);
    this.counts = new Float64Array(cell);
  }

  add(place: number, step: number): void {
    this.sums[place]! += step;
    this.counts[place]!++;
  }
}

function addSteps(images: ImageBatch, { height: cellHeight, width: cellWidth }: Cell) {
  const { data, count, height, width, channels } = images;
  const [across, down] = [new StepSums(cellWidth), new StepSums(cellHeight)];
  const row = width * channels;
  for (let i = 0; i < count * height * row; i++) {
    const x = Math.floor((i % row) / channels);
    const y = Math.floor(i / row) % height;
    if (x + 1 < width) across.add(x % cellWidth, Math.abs(data[i + channels]! - data[i]!));
    if (y + 1 < height) down.add(y % cellHeight, Math.abs(data[i + row]! - data[i]!));
  }
  return { across, down };
}

const total = (values: Iterable<number>): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};

/**
 * Measures the steps between neighbouring pixels, across and down, over all images together: those across the borders
 * of cells apart from those inside. Where every cell is decoded by itself, the steps across its borders are larger.
 *
 * @param images uint8; steps are on 0..1.
 * @throws UsageError where a cell is under 2 pixels, or an image has no border.
 */
export function measureSteps(images: ImageBatch, cell: Cell): StepProfile {
  requireCell(images, cell);
  const { across, down } = addSteps(images, cell);
  const [w, h] = [cell.width - 1, cell.height - 1];
  const mean = (sum: number, steps: number): number => sum / steps / 255;
  const border = mean(across.sums[w]! + down.sums[h]!, across.counts[w]! + down.counts[h]!);
  const inside = mean(
    total(across.sums.subarray(0, w)) + total(down.sums.subarray(0, h)),
    total(across.counts.subarray(0, w)) + total(down.counts.subarray(0, h)),
  );
  const places = Array.from(cell.width === cell.height ? across.sums : [], (sum, place) =>
    mean(sum + down.sums[place]!, across.counts[place]! + down.counts[place]!),
  );
  return { border, inside, places };
}

function requireCell({ height, width }: ImageBatch, cell: Cell): void {
  const fits = cell.height >= 2 && cell.width >= 2 && cell.height < height && cell.width < width;
  if (fits && Number.isInteger(cell.height) && Number.isInteger(cell.width)) return;
  throw new UsageError(
    `expected a cell of 2×2 pixels or more and smaller than the ${height}×${width} image, received ${cell.height}×${cell.width}`,
  );
}
