import sharp from 'sharp';
import * as vega from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';
import type { NamedFile } from '../../files/write-files.js';
import { outlineText } from './outline.js';
import { PALETTE, type PaletteName, paint } from './palette.js';

const FONT = 'Inter, system-ui, sans-serif';

/** One look for every plot: quiet axes, horizontal grid, colours from the report's palette. */
const config: Config = {
  aria: false,
  background: 'transparent',
  font: FONT,
  padding: 4,
  view: { stroke: 'transparent' },
  axis: {
    domainColor: paint('rule'),
    gridColor: paint('rule'),
    gridOpacity: 0.7,
    labelColor: paint('muted'),
    labelFontSize: 11,
    labelPadding: 6,
    tickColor: paint('rule'),
    tickSize: 4,
    titleColor: paint('muted'),
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 10,
  },
  axisX: { grid: false },
  axisY: { domain: false, ticks: false },
  legend: {
    labelColor: paint('ink'),
    labelFontSize: 12,
    orient: 'top',
    symbolSize: 120,
    symbolStrokeWidth: 3,
    title: null,
  },
  text: { color: paint('ink'), fontSize: 11 },
};

/**
 * Draws a Vega-Lite specification as SVG text whose colours are the report's CSS variables.
 * No DOM and no canvas take part.
 */
export async function plotSvg(spec: TopLevelSpec): Promise<string> {
  const quiet = vega.logger(vega.Error);
  const compiled = compile(spec, { config, logger: quiet as never }).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger: quiet });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

/** Replaces the palette's CSS variables by the colours themselves, for readers without style sheets. */
export function resolveColours(svg: string): string {
  return (Object.keys(PALETTE) as PaletteName[]).reduce(
    (text, name) => text.replaceAll(paint(name), PALETTE[name].light),
    svg,
  );
}

/** A plot with a heading, for a file of its own. */
export function titled(spec: TopLevelSpec, text: string, offset = 18): TopLevelSpec {
  return {
    ...spec,
    title: { text, anchor: 'start', fontSize: 15, offset, color: paint('ink') },
    padding: 24,
  };
}

/** A plot as the PNG and SVG files `name`. */
export async function plotFiles(name: string, spec: TopLevelSpec): Promise<NamedFile[]> {
  const svg = await plotSvg(spec);
  return [
    [`${name}.svg`, resolveColours(svg)],
    [`${name}.png`, await svgPng(svg)],
  ];
}

/** Draws a plot as PNG bytes. */
export const plotPng = async (spec: TopLevelSpec): Promise<Buffer> => svgPng(await plotSvg(spec));

/** Pixels per unit of a plot. */
const SCALE = 2;

/** Draws SVG text as a PNG on the light paper; words become outlines first. */
export async function svgPng(svg: string): Promise<Buffer> {
  const outlined = outlineText(resolveColours(svg));
  return sharp(Buffer.from(outlined), { density: 72 * SCALE })
    .flatten({ background: PALETTE.paper.light })
    .png({ compressionLevel: 9, palette: true })
    .toBuffer();
}
