import { type ImageBatch, type ImageChannels, psnrOf } from '@convae/runtime/core';
import { patchVariances } from '../../model/klt.js';
import { type PresetName, presetSpec } from '../../model/presets.js';

/**
 * The PSNR of images after the linear transform of a preset and back, without quantizing, dB; infinite where nothing is lost.
 * No lambda brings that transform above it: what lies beyond its latents is gone.
 * @throws RangeError for a preset without a linear transform.
 */
export function keptPsnr(images: ImageBatch, preset: PresetName): number {
  const { height, width } = images;
  const channels = images.channels as ImageChannels;
  const { linear, encoder } = presetSpec(preset, { channels, height, width });
  const last = encoder.at(-1)!;
  if (linear === undefined || !('filters' in last))
    throw new RangeError(`expected a preset with a linear transform for preset, received ${preset}`);
  const variances = patchVariances(images, linear.patch);
  const lost = variances.slice(last.filters).reduce((sum, variance) => sum + variance, 0);
  return psnrOf(lost / variances.length);
}
