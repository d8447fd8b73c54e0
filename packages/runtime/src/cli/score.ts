import type { Codec } from '../codec/codec.js';
import { UsageError } from '../errors.js';
import { type CodecOptions, describeProvider, loadWithOptions } from './codec-options.js';
import { type ImageInput, openInputs } from './image-inputs.js';
import { printJson, printTable, type Streams } from './output.js';
import { showProgress } from './progress.js';

/** Options of `convae score`. */
export interface ScoreCommandOptions extends CodecOptions {
  readonly bundle: string;
  readonly json?: boolean;
}

interface Score {
  readonly image: string;
  /** Mean squared error of the unrounded reconstruction, pixels 0..1. */
  readonly score: number;
}

/** `convae score IN… --bundle B`: how badly the networks give each image back. */
export async function runScore(
  inputs: string[],
  options: ScoreCommandOptions,
  streams: Streams,
): Promise<void> {
  if (inputs.filter((input) => input === '-').length > 1)
    throw new UsageError('standard input (-) can be read once only');
  await using codec = await loadWithOptions(options.bundle, options);
  const opened = await openInputs(inputs, codec.manifest.image.channels, streams.stdin ?? emptyStream());
  const scores = await scoreInputs(codec, opened, streams);
  if (options.json) {
    const { executionProvider, passedOver } = codec;
    printJson(streams, { executionProvider, passedOver, images: scores });
  } else printScores(scores, codec, streams);
}

async function scoreInputs(codec: Codec, inputs: readonly ImageInput[], streams: Streams): Promise<Score[]> {
  const total = inputs.reduce((sum, { count }) => sum + (count ?? 0), 0);
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
  streams.out(`${scores.length} image${scores.length === 1 ? '' : 's'} on ${describeProvider(codec)}\n`);
}

async function* emptyStream(): AsyncGenerator<Uint8Array> {}
