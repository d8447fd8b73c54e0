import { jsonText, type NamedFile, plotFiles, titled, writeFiles } from '@convae/train/kit';
import { comparisonPlot } from './plot/plot.js';
import { type RateDistortion, rateDistortionFile } from './result.js';
import { comparisonMarkdown, hasCurves, shortTables } from './table/markdown.js';

/** The files of a comparison besides its JSON: a page, the short tables alone, the plot. */
export const RATE_DISTORTION_PAGE = 'rate-distortion.md';
export const RATE_DISTORTION_TABLE = 'table.md';
export const RATE_DISTORTION_PNG = 'rate-distortion.png';

function plotOf(result: RateDistortion): Promise<NamedFile[]> {
  const { name, part } = result.dataset;
  const heading = `${name}, ${part} images`;
  const panel =
    result.samples.together === undefined ? { width: 720, height: 560 } : { width: 470, height: 460 };
  return plotFiles('rate-distortion', titled(comparisonPlot(result, panel), heading));
}

/** Writes rate-distortion.json, .md, .svg, .png and table.md into a folder, made where missing. @throws ConvaeError WRITE_FAILED. */
export async function writeComparison(folder: string, result: RateDistortion): Promise<void> {
  await writeFiles(folder, [
    ...(hasCurves(result) ? await plotOf(result) : []),
    [RATE_DISTORTION_PAGE, comparisonMarkdown(result)],
    [RATE_DISTORTION_TABLE, `${shortTables(result, '###')}\n`],
    // Last: who finds it finds the others.
    [rateDistortionFile.file, jsonText(result)],
  ]);
}
