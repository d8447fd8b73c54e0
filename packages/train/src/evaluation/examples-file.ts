import { ConvaeError, type LatentBatch } from '@convae/runtime';
import * as z from 'zod';
import { checked } from '../files/checked.js';
import { type BundleIdentity, bundleIdentitySchema } from './bundle-identity.js';
import type { Example, Examples, LatentExample } from './examples.js';
import { count, size } from './fields.js';
import type { Tile } from './pictures/tile.js';
import { pickedImageSchema } from './schema.js';

/** The pictures that a report shows, as pixels and latents: with metrics.json all that it takes to write it anew. */
export const EXAMPLES_FILE = 'examples.json';

const positions = z.array(count);
const base64 = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

const tile = z
  .object({ width: size, height: size, channels: z.literal([1, 3, 4]), data: base64 })
  .refine(
    ({ width, height, channels, data }) => data.length === width * height * channels,
    'pixels are missing',
  );

const latent = z
  .object({ channels: size, height: size, width: size, data: base64 })
  .refine((l) => l.data.length === l.channels * l.height * l.width * 4, 'latents are missing');

const schema = z.object({
  format: z.literal('convae-examples'),
  version: z.literal(1),
  bundle: bundleIdentitySchema,
  images: z.array(pickedImageSchema.extend({ original: tile, reconstruction: tile })),
  grid: z.array(z.array(count.nullable())),
  best: positions,
  worst: positions,
  /** Latents are float32, little-endian. */
  latents: z.array(z.object({ image: count, latent })),
  /** A PNG file. */
  pictures: base64.optional(),
});

const encoded = ({ data, ...shape }: Tile) => ({ ...shape, data: Buffer.from(data).toString('base64') });

function encodedLatent({ channels, height, width, data }: LatentBatch) {
  const bytes = Buffer.alloc(data.length * 4);
  data.forEach((value, i) => {
    bytes.writeFloatLE(value, i * 4);
  });
  return { channels, height, width, data: bytes.toString('base64') };
}

/** The content of examples.json. */
export function encodeExamples(examples: Examples, bundle: BundleIdentity): string {
  const { grid, best, worst, latents, pictures } = examples;
  const all = [...grid.flat(), ...best, ...worst, ...latents].filter((example) => example !== undefined);
  const images = [...new Map(all.map((example) => [example.index, example])).values()];
  const at = new Map(images.map(({ index }, place) => [index, place]));
  const placeOf = ({ index }: Example): number => at.get(index)!;
  return JSON.stringify({
    format: 'convae-examples',
    version: 1,
    bundle,
    images: images.map(({ index, label, mse, psnr, ssim, original, reconstruction }) => ({
      ...{ index, label, mse, psnr, ssim },
      original: encoded(original),
      reconstruction: encoded(reconstruction),
    })),
    grid: grid.map((row) => row.map((example) => (example === undefined ? null : placeOf(example)))),
    best: best.map(placeOf),
    worst: worst.map(placeOf),
    latents: latents.map((example) => ({ image: placeOf(example), latent: encodedLatent(example.latent) })),
    pictures: pictures && Buffer.from(pictures).toString('base64'),
  });
}

function decodedLatent({ data, ...shape }: z.output<typeof latent>): LatentBatch {
  const bytes = Buffer.from(data);
  const values = Float32Array.from({ length: data.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
  return { ...shape, count: 1, data: values };
}

/**
 * Checks a value read from examples.json.
 * @throws ConvaeError DATA_INVALID naming the field.
 */
export function parseExamples(value: unknown): { examples: Examples; bundle: BundleIdentity } {
  const { images, bundle, grid, best, worst, latents, pictures } = checked(schema, value, EXAMPLES_FILE);
  const at = (place: number): Example => {
    const example = images[place];
    if (example !== undefined) return example;
    throw new ConvaeError(
      'DATA_INVALID',
      `${EXAMPLES_FILE}: there is no image ${place}, only ${images.length}`,
    );
  };
  const examples = {
    grid: grid.map((row) => row.map((place) => (place === null ? undefined : at(place)))),
    best: best.map(at),
    worst: worst.map(at),
    latents: latents.map(
      (entry): LatentExample => ({ ...at(entry.image), latent: decodedLatent(entry.latent) }),
    ),
    ...(pictures && { pictures }),
  };
  return { examples, bundle };
}
