/** Values nearer to each other than this part of a step count as the same. */
const WIDTH = 0.25;
/** The share of a channel's values that must be the same. */
const LEAST_SHARE = 0.2;

/**
 * What many latents of each channel have in common, as those of a plain background: what is rounded from there is exact whatever
 * the step, where a background halfway between two symbols would cost a bit at every place.
 *
 * @param rows float32 rows×channels, latent units.
 * @param steps float32, of each channel.
 * @param known float32, of each channel: what they had in common before, which stays where nothing is common now. A channel
 * that had 0 stays there until something else is common, so that channels about 0 do not move to and fro.
 */
export function commonValues(rows: Float32Array, steps: Float32Array, known: Float32Array): Float32Array {
  const channels = steps.length;
  const places = rows.length / channels;
  return known.map((before, channel) => {
    const width = WIDTH * steps[channel]!;
    const values = Float32Array.from({ length: places }, (_, row) => rows[row * channels + channel]!).sort();
    const common = densest(values, width);
    const isCommon = common.count >= LEAST_SHARE * places && (before !== 0 || Math.abs(common.value) > width);
    return isCommon ? common.value : before;
  });
}

/** Where most of the ascending values are within so much of each other: their number and their median. */
function densest(values: Float32Array, width: number): { count: number; value: number } {
  let [first, best, count] = [0, 0, 0];
  for (let last = 0; last < values.length; last++) {
    while (values[last]! - values[first]! > width) first++;
    if (last - first + 1 > count) [best, count] = [first, last - first + 1];
  }
  return { count, value: values[best + (count >> 1)]! };
}
