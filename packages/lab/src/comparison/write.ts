import { jsonText, type NamedFile, plotFiles, titled, writeFiles } from '@convae/train/kit';
import { comparisonPlot } from './plot/plot.js';
import { type RateDistortion, rateDistortionFile } from './result.js';
import { comparisonMarkdown } from './table/markdown.js';

/** The files of a comparison besides its JSON. */
export const RATE_DISTORTION_TABLE = 'rate-distortion.md';
export const RATE_DISTORTION_PNG = 'rate-distortion.png';

function plotOf(result: RateDistortion): Promise<NamedFile[]> {
  const { name, part, images } = result.dataset;
  const heading = `Bytes per image on ${name}, ${images.toLocaleString('en')} ${part} images`;
  return plotFiles('rate-distortion', titled(comparisonPlot(result, 720, 560), heading));
}

/** Writes rate-distortion.json, .md, .svg and .png into a folder, made where missing. @throws ConvaeError WRITE_FAILED. */
export async function writeComparison(folder: string, result: RateDistortion): Promise<void> {
  await writeFiles(folder, [
    ...(await plotOf(result)),
    [RATE_DISTORTION_TABLE, comparisonMarkdown(result)],
    // Last: who finds it finds the others.
    [rateDistortionFile.file, jsonText(result)],
  ]);
}
