import type { Codec } from '../codec/codec.js';
import { type BundleOptions, imagesOn, loadWithOptions } from './codec-options.js';
import { checkStandardInput, type ImageInput, openInputs } from './image-inputs.js';
import { printJson, printTable, type Streams } from './output.js';
import { showProgress } from './progress.js';

interface Score {
  readonly image: string;
  /** Mean squared error of the unrounded reconstruction, pixels 0..1. */
  readonly score: number;
}

/** `convae score IN… --bundle B`: the error of each image's reconstruction. */
export async function runScore(inputs: string[], options: BundleOptions, streams: Streams): Promise<void> {
  checkStandardInput(inputs);
  await using codec = await loadWithOptions(options.bundle, options);
  const opened = await openInputs(inputs, codec.manifest.image.channels, streams.stdin);
  const scores = await scoreInputs(codec, opened, streams);
  if (options.json) {
    const { executionProvider, passedOver } = codec;
    printJson(streams, { executionProvider, passedOver, images: scores });
  } else printScores(scores, codec, streams);
}

async function scoreInputs(codec: Codec, inputs: readonly ImageInput[], streams: Streams): Promise<Score[]> {
  const total = inputs.reduce((sum, { count }) => sum + count, 0);
  const progress = showProgress(streams, 'scoring', total);
  const scores: Score[] = [];
  try {
    for (const input of inputs) {
      let index = 0;
      for await (const batch of input.images()) {
        for (const score of await codec.score(batch)) scores.push({ image: input.imageName(index++), score });
        progress.update(scores.length);
      }
    }
  } finally {
    progress.stop();
  }
  return scores;
}

function printScores(scores: readonly Score[], codec: Codec, streams: Streams): void {
  const rows = scores.map(({ image, score }) => [image, score.toFixed(6)]);
  printTable(streams, [['image', 'mean squared error'], ...rows]);
  streams.out(`${imagesOn(scores.length, codec)}\n`);
}
