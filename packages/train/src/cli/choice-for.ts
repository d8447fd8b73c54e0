import { type ImageSurvey, openDataset } from '../dataset/index.js';
import { keptPsnr } from '../training/rate/kept-psnr.js';
import { chooseTraining, type TrainingChoice } from './choice.js';
import { dataSettings, type TrainFlags, targetOf } from './settings.js';

/** Training images whose patches are looked at, most. */
const SEEN_IMAGES = 1000;
/**
 * What the linear part of large patches must keep above the PSNR asked for, dB: the best quality of a bundle lies about 3
 * above it. A bundle of photos whose patches kept 34.5 dB took 23 % more bytes at 34 dB than one with more latents, at 32 dB 6 %.
 */
const LEAST_ABOVE = 5;

/** Whether the latents of this choice hold too little of the images for the PSNR that is asked for. */
async function isTooCoarse(
  flags: TrainFlags,
  { preset, crop, fit }: TrainingChoice['flags'],
): Promise<boolean> {
  const target = targetOf(flags);
  if (preset !== 'patch-8' || target === undefined || !('psnr' in target)) return false;
  const { train } = await openDataset(flags.data, {
    ...(crop === undefined ? {} : { crop }),
    ...(fit === undefined ? {} : { fit }),
    ...dataSettings(flags),
    limit: SEEN_IMAGES,
  });
  return keptPsnr(train, preset) < target.psnr + LEAST_ABOVE;
}

/** The network and its training that fit the images and, where a PSNR is asked for, can reach it. */
export async function chooseFor(flags: TrainFlags, survey: ImageSurvey): Promise<TrainingChoice> {
  const choice = chooseTraining(survey);
  return (await isTooCoarse(flags, choice.flags)) ? chooseTraining(survey, true) : choice;
}
