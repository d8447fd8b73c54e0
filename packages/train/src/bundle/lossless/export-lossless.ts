import {
  ConvaeError,
  type LosslessManifest,
  losslessSchema,
  MANIFEST_FILE,
  serializePixels,
} from '@convae/runtime/core';
import type { LabelledImages } from '../../dataset/types.js';
import { version } from '../../files/version.js';
import type { ParameterValues } from '../../model/parameters.js';
import type { Tf } from '../../setup/backend.js';
import type { PixelModel } from '../../training/lossless/pixel-network.js';
import { fileEntry, manifestBytes, writeBundleFolder } from '../files.js';
import { largestActivations } from './largest-activations.js';
import { quantizePixels } from './quantize-pixels.js';

/** Version of the manifest of a lossless bundle. */
const MANIFEST_VERSION = '3.0';

/** Options of {@link exportLossless}. */
export interface ExportLosslessOptions {
  readonly tf: Tf;
  readonly model: PixelModel;
  /** In the order of `pixelParameters`. */
  readonly parameters: ParameterValues;
  /** Training images: the scales of the integers follow their activations. */
  readonly train: LabelledImages;
  /** The bundle's folder; an older bundle there is replaced. */
  readonly outDir: string;
  /** Name of the bundle, 1 to 128 characters. */
  readonly name: string;
  /** How the network was trained, kept in the manifest. */
  readonly training: Readonly<Record<string, unknown>>;
  /** Measured figures, kept in the manifest. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** What {@link exportLossless} wrote. */
export interface ExportedLossless {
  readonly outDir: string;
  readonly manifest: LosslessManifest;
  /** Of the context model's file. */
  readonly bytes: number;
}

function checkedManifest(manifest: object): LosslessManifest {
  const result = losslessSchema.safeParse(manifest);
  if (result.success) return result.data;
  const { path, expected } = result.issue;
  const message = `The manifest would break its schema: expected ${expected} for ${path.join('.')}`;
  throw new ConvaeError('MANIFEST_INVALID', message);
}

/**
 * Exports a trained network on pixel values as a lossless bundle: context.bin and manifest.json (FORMAT.md, "Bundle").
 * @throws ConvaeError UNSUPPORTED, MANIFEST_INVALID or WRITE_FAILED; then nothing was written.
 */
export async function exportLossless(options: ExportLosslessOptions): Promise<ExportedLossless> {
  const { tf, model, parameters, train, outDir, name, training, metrics } = options;
  const largest = largestActivations(tf, model, parameters, train);
  const context = serializePixels(quantizePixels({ model, parameters, largest }));
  const { height, width, channels } = train;
  const manifest = checkedManifest({
    format: 'convae-bundle',
    version: MANIFEST_VERSION,
    kind: 'lossless',
    name,
    createdBy: `@convae/train ${version}`,
    image: { channels, height, width, anySize: true, multiple: 1 },
    context: fileEntry('context.bin', context),
    architecture: {},
    training,
    metrics,
  });
  await writeBundleFolder(outDir, {
    [manifest.context.file]: context,
    [MANIFEST_FILE]: manifestBytes(manifest),
  });
  return { outDir, manifest, bytes: context.length };
}
