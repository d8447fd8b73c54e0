import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@convae/runtime/node';
import { paint, plotSvg, resolveColours, svgPng } from '@convae/train/kit';
import { comparisonPlot } from './plot/plot.js';
import { RATE_DISTORTION_FILE, type RateDistortion } from './result.js';
import { comparisonMarkdown } from './table/markdown.js';

/** The files of a comparison besides its JSON. */
export const RATE_DISTORTION_TABLE = 'rate-distortion.md';
const RATE_DISTORTION_SVG = 'rate-distortion.svg';
export const RATE_DISTORTION_PNG = 'rate-distortion.png';

const PLOT = { width: 720, height: 560, scale: 2 } as const;

async function plotOf(result: RateDistortion): Promise<string> {
  const { name, part, images } = result.dataset;
  const title = {
    text: `Bytes per image on ${name}, ${images.toLocaleString('en')} ${part} images`,
    anchor: 'start',
    fontSize: 15,
    offset: 18,
    color: paint('ink'),
  } as const;
  return plotSvg({ ...comparisonPlot(result, PLOT.width, PLOT.height), title, padding: 24 });
}

/** Writes rate-distortion.json, .md, .svg and .png into a folder, made where missing. @throws ConvaeError WRITE_FAILED. */
export async function writeComparison(folder: string, result: RateDistortion): Promise<void> {
  const svg = await plotOf(result);
  const files: [string, Uint8Array | string][] = [
    [RATE_DISTORTION_SVG, resolveColours(svg)],
    [RATE_DISTORTION_PNG, await svgPng(svg, PLOT.scale)],
    [RATE_DISTORTION_TABLE, comparisonMarkdown(result)],
    // Last: who finds it finds the others.
    [RATE_DISTORTION_FILE, `${JSON.stringify(result, null, 2)}\n`],
  ];
  await mkdir(folder, { recursive: true });
  for (const [name, content] of files) await writeFileAtomic(join(folder, name), content);
}
