import type { ImageBatch, Manifest } from '@convae/runtime';
import { ADVICE, adviceOf, type Evaluation, type OtherFiles } from '../evaluation/index.js';
import type { EpochRecord } from '../training/history.js';
import { excessOf, isOnTarget, type RateTarget, type Reached, targetText } from '../training/rate/target.js';

/** Bytes of the default quality beyond which lossless files are as good, as a share of theirs. */
const NEARLY_LOSSLESS = 0.8;

/** What the validation images take at the default quality; undefined for bundles without bytes. */
export function defaultReached({ rates = [], quality }: Manifest): Reached | undefined {
  const rate = rates.find((each) => each.quality === quality);
  if (rate === undefined || rate.validationPsnr === null) return undefined;
  return { psnr: rate.validationPsnr, bytes: rate.validationBytesPerImage };
}

const text = ({ psnr, bytes }: Reached): string =>
  `${bytes.toFixed(1)} bytes an image at ${psnr.toFixed(2)} dB`;

function missText(target: RateTarget, reached: Reached): string {
  const excess = excessOf(target, reached);
  const size =
    'psnr' in target ? `${Math.abs(excess).toFixed(2)} dB` : `${(100 * Math.abs(excess)).toFixed(1)}%`;
  return `${size} ${excess < 0 ? 'below' : 'above'}`;
}

/** What was reached of a target, in a line or two. */
export function reachedLines(target: RateTarget | null, reached: Reached, quality: number): string[] {
  const what = `validation images at the default quality, ${quality}: ${text(reached)}`;
  if (target === null) return [what];
  const line = `${what}, ${missText(target, reached)} the target of ${targetText(target)}`;
  if (isOnTarget(target, reached)) return [line];
  return [
    line,
    'That is off the target: a longer run (--epochs) comes nearer, --lambda sets the rate by hand',
  ];
}

/** What would make it better, a line each. */
export const adviceLines = (history: readonly EpochRecord[]): string[] =>
  adviceOf(history).map((advice) => ADVICE[advice]);

function otherText({ codec, bytes, psnr }: OtherFiles): string {
  return psnr === null
    ? `${codec} ${bytes.toFixed(1)}`
    : `${codec} ${bytes.toFixed(1)} at ${psnr.toFixed(2)} dB`;
}

/** Single files of other codecs beside it, and a warning where they save all pixels for as many bytes. */
export function otherLines(others: readonly OtherFiles[], reached: Reached): string[] {
  if (others.length === 0) return [];
  const line = `single files of the same images, bytes: ${others.map(otherText).join(', ')}`;
  const lossless = others.find(({ psnr }) => psnr === null);
  if (lossless === undefined || reached.bytes < NEARLY_LOSSLESS * lossless.bytes) return [line];
  return [
    line,
    `These images are like noise at this quality: ${lossless.codec} keeps every pixel for about as many bytes`,
  ];
}

/** What single files of other codecs take at the same PSNR, where an installed evaluation can say it. */
export async function otherFiles(
  evaluations: readonly Evaluation[],
  images: ImageBatch,
  { psnr }: Reached,
): Promise<OtherFiles[]> {
  const found: OtherFiles[] = [];
  for (const { filesAt } of evaluations) found.push(...((await filesAt?.(images, psnr)) ?? []));
  return found;
}
