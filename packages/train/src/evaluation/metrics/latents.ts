import type { LatentBatch } from '@convae/runtime';
import type { Metrics } from '../schema.js';

/** Bars of a latent histogram. */
export const HISTOGRAM_BINS = 48;

/** What one latent channel held over all images and positions. */
export type ChannelStatistics = Metrics['latent']['statistics'][number];
type Histogram = NonNullable<ChannelStatistics['histogram']>;

/** Calls `visit` with each value of one channel. */
function eachValue(batches: readonly LatentBatch[], channel: number, visit: (value: number) => void): void {
  for (const { data, count, channels, height, width } of batches) {
    const plane = height * width;
    for (let n = 0; n < count; n++) {
      const start = (n * channels + channel) * plane;
      for (let i = start; i < start + plane; i++) visit(data[i]!);
    }
  }
}

function histogramOf(batches: readonly LatentBatch[], channel: number): Histogram | undefined {
  let [min, max] = [Infinity, -Infinity];
  eachValue(batches, channel, (value) => {
    if (value === 0) return;
    min = Math.min(min, value);
    max = Math.max(max, value);
  });
  if (min > max) return undefined;
  const counts = new Array<number>(HISTOGRAM_BINS).fill(0);
  const scale = max > min ? HISTOGRAM_BINS / (max - min) : 0;
  eachValue(batches, channel, (value) => {
    if (value !== 0) counts[Math.min(HISTOGRAM_BINS - 1, Math.floor((value - min) * scale))]!++;
  });
  return { min, max, counts };
}

function channelStatistics(batches: readonly LatentBatch[], channel: number): ChannelStatistics {
  let [count, zeros, sum, min, max] = [0, 0, 0, Infinity, -Infinity];
  eachValue(batches, channel, (value) => {
    count++;
    if (value === 0) zeros++;
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  });
  const mean = sum / count;
  let squares = 0;
  eachValue(batches, channel, (value) => {
    squares += (value - mean) ** 2;
  });
  const histogram = histogramOf(batches, channel);
  const standardDeviation = Math.sqrt(squares / count);
  const figures = { channel, min, max, mean, standardDeviation, zeroShare: zeros / count };
  return histogram === undefined ? figures : { ...figures, histogram };
}

/** Statistics and histogram of each latent channel over several batches of latents of one shape. */
export function latentStatistics(batches: readonly LatentBatch[]): ChannelStatistics[] {
  const channels = batches[0]?.channels ?? 0;
  return Array.from({ length: channels }, (_, channel) => channelStatistics(batches, channel));
}

/** Channels that held one and the same value everywhere: they carry nothing from the encoder to the decoder. */
export function deadChannels(statistics: readonly ChannelStatistics[]): number[] {
  return statistics.filter(({ min, max }) => min === max).map(({ channel }) => channel);
}
