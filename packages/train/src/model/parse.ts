import { ConvaeError } from '@convae/runtime';
import * as z from 'zod';
import { checkImageSize, type NetworkShapes, traceShapes } from './shapes.js';
import type { ArchitectureSpec, Block } from './spec.js';
import { specSchema } from './spec.js';

/**
 * Check an architecture given as plain data and fill in its defaults.
 *
 * @throws ConvaeError `MANIFEST_INVALID` for data of the wrong form, `SHAPE_MISMATCH` where blocks do not fit together
 */
export function parseSpec(input: unknown): ArchitectureSpec {
  const parsed = specSchema.safeParse(input);
  if (!parsed.success) {
    throw new ConvaeError('MANIFEST_INVALID', `architecture: ${z.prettifyError(parsed.error)}`);
  }
  checkFit(parsed.data);
  return parsed.data;
}

function checkFit(spec: ArchitectureSpec): void {
  const shapes = traceShapes(spec);
  checkImageSize(spec.image, shapes.multiple);
  checkFlatOrder(spec.decoder, shapes.latent.flat);
  checkEncoderOrder(spec);
  checkLinear(spec, shapes);
  const out = shapes.decoder.at(-1)!.output;
  const { channels, height, width } = spec.image;
  if (out.channels !== channels || out.height !== height || out.width !== width) {
    throw new ConvaeError(
      'SHAPE_MISMATCH',
      `expected a decoder that ends in ${channels}×${height}×${width} (channels×height×width) for architecture ` +
        `"${spec.name}", received one that ends in ${out.channels}×${out.height}×${out.width}`,
    );
  }
}

/** Patches and latent positions must be the same grid. */
function checkLinear({ name, linear }: ArchitectureSpec, { latent, multiple }: NetworkShapes): void {
  if (linear === undefined) return;
  if (!latent.flat && linear.patch === multiple) return;
  const expected = latent.flat
    ? 'no linear transform where the latent is a vector'
    : `patches of ${multiple}×${multiple}`;
  throw new ConvaeError(
    'SHAPE_MISMATCH',
    `expected ${expected} for architecture "${name}", received patches of ${linear.patch}×${linear.patch}`,
  );
}

function checkEncoderOrder(spec: ArchitectureSpec): void {
  const firstDense = spec.encoder.findIndex((block) => block.kind === 'dense');
  if (firstDense >= 0 && spec.encoder.slice(firstDense).some((block) => block.kind === 'conv')) {
    throw new ConvaeError('SHAPE_MISMATCH', 'expected no "conv" block after a "dense" block in the encoder');
  }
}

function checkFlatOrder(blocks: readonly Block[], startsFlat: boolean): void {
  let flat = startsFlat;
  for (const [index, block] of blocks.entries()) {
    const takesFlat = block.kind === 'dense' || block.kind === 'expand';
    if (flat && !takesFlat) {
      throw new ConvaeError(
        'SHAPE_MISMATCH',
        `expected "dense" or "expand" for decoder block ${index} (its input is a vector), received "${block.kind}"`,
      );
    }
    flat = block.kind === 'dense';
  }
}
