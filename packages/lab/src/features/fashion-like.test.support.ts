import { createRandom, type LabelledImages, type Random } from '@convae/train/kit';

/** Whether a point is inside a shape; both coordinates −1..1, y downwards. */
type Shape = (x: number, y: number) => boolean;

const box = (x: number, y: number, left: number, right: number, top: number, bottom: number): boolean =>
  x >= left && x <= right && y >= top && y <= bottom;

/** Filled outlines of clothes, a class each. */
const SHAPES: readonly Shape[] = [
  // Shirt with short sleeves.
  (x, y) =>
    (box(x, y, -0.5, 0.5, -0.8, 0.85) || box(x, y, -0.9, 0.9, -0.8, -0.3)) && Math.hypot(x, y + 0.9) > 0.2,
  // Trousers.
  (x, y) => box(x, y, -0.5, 0.5, -0.9, 0.9) && (y < -0.4 || Math.abs(x) > 0.1 + 0.1 * y),
  // Dress.
  (x, y) => y > -0.9 && y < 0.9 && Math.abs(x) < (y < -0.2 ? 0.32 : 0.3 + 0.4 * (y + 0.2)),
  // Bag.
  (x, y) => box(x, y, -0.8, 0.8, -0.2, 0.75) || (Math.abs(Math.hypot(x, y + 0.2) - 0.45) < 0.09 && y < -0.1),
  // Shoe.
  (x, y) =>
    box(x, y, -0.9, 0.9, 0.15, 0.5) || (x < 0.1 && box(x, y, -0.9, 0.1, -0.35, 0.2) && y > x * 0.5 - 0.2),
  // Coat, open in front.
  (x, y) => box(x, y, -0.85, 0.85, -0.85, 0.9) && (Math.abs(x) < 0.55 || y < 0.6) && Math.abs(x) > 0.04,
];

/** Brightness of the cloth at a pixel, 0..1. */
type Cloth = (x: number, y: number) => number;

function clothOf(random: Random): Cloth {
  const [light, depth] = [0.55 + 0.45 * random.uniform(), 0.1 + 0.3 * random.uniform()];
  const period = 2 + random.below(4);
  const weave = (place: number): number => light - (Math.floor(place / period) % 2) * depth;
  const cloths: readonly Cloth[] = [
    (_, y) => weave(y),
    (x) => weave(x),
    (x, y) => weave(x + y),
    (x) => light - (depth * x) / 28,
  ];
  return cloths[random.below(cloths.length)]!;
}

function drawn(data: Uint8Array, shape: Shape, random: Random): void {
  const cloth = clothOf(random);
  const [width, height] = [0.9 + 0.15 * random.uniform(), 0.9 + 0.15 * random.uniform()];
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [i % 28, Math.floor(i / 28)];
    if (!shape((x - 13.5) / 14 / width, (y - 13.5) / 14 / height)) continue;
    const value = cloth(x, y) + 0.05 * random.normal();
    data[i] = Math.round(255 * Math.min(1, Math.max(0, value)));
  }
}

/**
 * Grey 28×28 images of filled, textured clothes on black: stands in for Fashion-MNIST, of which it holds no image.
 * Brightness is near that set's published mean of 0.286 and standard deviation of 0.353 (Xiao, Rasul, Vollgraf 2017).
 */
export function fashionLikeImages(count: number, seed = 1): LabelledImages {
  const random = createRandom(seed);
  const data = new Uint8Array(count * 784);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % SHAPES.length);
  labels.forEach((label, i) => {
    drawn(data.subarray(i * 784, (i + 1) * 784), SHAPES[label]!, random);
  });
  return { data, count, height: 28, width: 28, channels: 1, labels };
}
