import { MANIFEST_FILE } from '../bundle/files.js';
import { sha256Hex } from '../bundle/load.js';
import type { LosslessManifest } from '../bundle/manifest.js';
import type { ImageChannels } from '../image.js';
import {
  type PixelModel,
  type PixelSizes,
  pixelHeads,
  pixelOutputs,
  pixelRows,
  serializePixels,
} from '../pixels/index.js';
import { encodeManifest, memoryFiles, seededRandom, TINY_SIDE, type TinyBundle } from './tiny-bundle.js';

/** What a random pixel context model is like. */
export interface RandomPixelOptions extends Partial<PixelSizes> {
  readonly seed?: number;
}

/**
 * A pixel context model with seeded random weights: it has learnt nothing, but all of its outputs depend on the values
 * before, its means lie around the left neighbour, and its scales go from a fraction of a grey level to some tens.
 */
export function randomPixelModel(options: RandomPixelOptions = {}): PixelModel {
  const { seed = 1, channels = 1, gridHeight = TINY_SIDE, gridWidth = TINY_SIDE, radius = 2 } = options;
  const { hidden1 = 20, hidden2 = 12, components = 3, bases = 4, copies = false } = options;
  const sizes = { channels, gridHeight, gridWidth, radius, hidden1, hidden2, components, bases, copies };
  const heads = pixelHeads(sizes);
  const outputs = pixelOutputs(sizes);
  const random = seededRandom(seed);
  const between = (min: number, max: number): number => min + Math.floor(random() * (max - min + 1));
  const draw = (length: number, spread: number) =>
    Int16Array.from({ length }, () => between(-spread, spread));
  const shifts = (length: number, min: number) => Uint8Array.from({ length }, () => between(min, min + 3));
  return {
    ...sizes,
    biasShifts: Uint8Array.of(5, 6, 7),
    w1: draw(pixelRows(sizes) * hidden1, 400),
    positionBias: draw(gridHeight * gridWidth * hidden1, 3000),
    channelBias: draw(heads * hidden1, 3000),
    shift1: shifts(hidden1, 6),
    w2: draw(hidden2 * hidden1, 200),
    bias2: draw(heads * hidden2, 2000),
    shift2: shifts(hidden2, 6),
    w3: draw(heads * outputs * hidden2, 150),
    bias3: draw(heads * outputs, 2000),
    shift3: shifts(heads * outputs, 9),
  };
}

/** A lossless bundle in memory. Its files can be changed before a codec is loaded from it. */
export type TinyLossless = Omit<TinyBundle, 'manifest' | 'weights'> & { readonly manifest: LosslessManifest };

/** A lossless bundle of images of 8×8 with a random model. */
export async function createLosslessBundle(
  channels: ImageChannels = 1,
  copies = false,
): Promise<TinyLossless> {
  const model = serializePixels(randomPixelModel({ channels, copies, seed: channels }));
  const manifest: LosslessManifest = {
    format: 'convae-bundle',
    version: '3.0',
    kind: 'lossless',
    name: 'tiny-lossless',
    createdBy: 'convae tests',
    image: { channels, height: TINY_SIDE, width: TINY_SIDE, anySize: true, multiple: 1 },
    context: { file: 'context.bin', bytes: model.length, sha256: await sha256Hex(model) },
    architecture: {},
    training: {},
    metrics: {},
  };
  const contents = new Map([
    [MANIFEST_FILE, encodeManifest(manifest)],
    [manifest.context.file, model],
  ]);
  return { manifest, contents, ...memoryFiles(contents) };
}
