import sharp from 'sharp';
import type { TopLevelSpec } from 'vega-lite';
import type { Example } from '../examples.js';
import { capTile, differenceTile, stackTiles, type Tile, tilePng } from '../pictures/tile.js';
import { plotSvg } from '../plots/render.js';
import { type Html, html, raw } from './html.js';

/** Longest side of an image inside the report, pixels. */
const MAX_PICTURE_SIDE = 192;

/** PNG bytes as an `<img>` that needs no other file; small pictures are enlarged crisply by the style sheet. */
function embeddedPng(png: Buffer, alt: string, width: number, height: number): Html {
  const source = `data:image/png;base64,${png.toString('base64')}`;
  return html`<img src="${source}" alt="${alt}" width="${width}" height="${height}" class="pixels">`;
}

/** One tile as an `<img>`. */
export async function tilePicture(tile: Tile, alt: string): Promise<Html> {
  const capped = await capTile(tile, MAX_PICTURE_SIDE);
  return embeddedPng(await tilePng(capped), alt, capped.width, capped.height);
}

/** What an example is called in alternative texts: `test image 18, class 3`. */
export function exampleName({ index, label }: Example): string {
  return label === undefined ? `image ${index}` : `image ${index}, class ${label}`;
}

/** An original above its reconstruction, and above their difference where asked for, as one `<img>`. */
export async function examplePicture(example: Example, withDifference = false): Promise<Html> {
  const { original, reconstruction } = example;
  const parts = [original, reconstruction];
  if (withDifference) parts.push(differenceTile(original, reconstruction));
  const tiles = await Promise.all(parts.map((tile) => capTile(tile, MAX_PICTURE_SIDE)));
  const { width, height } = tiles[0]!;
  const gap = Math.max(1, Math.round(height / 28));
  const below = withDifference ? 'its reconstruction and their difference' : 'its reconstruction';
  const alt = `${exampleName(example)}: the original above ${below}`;
  const total = tiles.length * (height + gap) - gap;
  return embeddedPng(await stackTiles(tiles, gap), alt, width, total);
}

/** Images above this side, pixels, are shown in fewer columns. */
const LARGE_SIDE = 64;

/** Figures of examples in a grid whose columns suit the size of the images. */
export function gallery(examples: readonly Example[], figures: readonly Html[], kind = ''): Html {
  const large = examples.some(({ original }) => Math.max(original.width, original.height) > LARGE_SIDE);
  const names = ['gallery', kind, large ? 'large' : ''].filter((name) => name !== '').join(' ');
  return html`<div class="${names}">${figures}</div>`;
}

/** A plot as inline SVG with a text alternative. */
export async function inlinePlot(spec: TopLevelSpec, label: string): Promise<Html> {
  const svg = await plotSvg(spec);
  const inner = svg.slice(svg.indexOf('>') + 1, svg.lastIndexOf('</svg>'));
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  return html`<svg role="img" aria-label="${label}" class="plot" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${raw(inner)}</svg>`;
}

/** A plot drawn twice: wide for screens, narrow for phones, so that its words keep their size. */
export async function responsivePlot(
  plot: (width: number, height: number) => TopLevelSpec,
  label: string,
): Promise<Html> {
  const wide = await inlinePlot(plot(820, 300), label);
  const narrow = await inlinePlot(plot(240, 220), label);
  return html`<div class="wide">${wide}</div><div class="narrow">${narrow}</div>`;
}

/** A picture with its own lettering, never wider than the page; reports of an earlier style sheet take it too. */
export async function largePicture(png: Buffer, alt: string): Promise<Html> {
  const { width, height } = await sharp(png).metadata();
  const source = `data:image/png;base64,${png.toString('base64')}`;
  return html`<img src="${source}" alt="${alt}" width="${width}" height="${height}" style="display:block;max-width:100%;height:auto;margin:1.2rem 0">`;
}

/** A row of such a table: its name, and a figure in each cell. */
export function figuresRow(name: string, cells: readonly (string | number | Html)[]): Html {
  return html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;
}

/** A table of figures that scrolls by itself. */
export function figuresTable(table: {
  /** For who does not see it. */
  readonly name: string;
  readonly caption: string;
  readonly heads: readonly string[];
  readonly rows: readonly Html[];
  readonly foot?: Html;
}): Html {
  const heads = table.heads.map((head) => html`<th scope="col">${head}</th>`);
  const foot = table.foot && html`<tfoot>${table.foot}</tfoot>`;
  return scrollable(
    table.name,
    html`<table class="figures"><caption>${table.caption}</caption><thead><tr>${heads}</tr></thead>
    <tbody>${table.rows}</tbody>${foot}</table>`,
  );
}

/** A wide table that scrolls by itself, also with the keyboard. */
export function scrollable(name: string, content: Html): Html {
  return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0">${content}</div>`;
}
