import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import opentype from 'opentype.js';
import { PALETTE } from './palette.js';

/**
 * Words in a PNG are drawn as outlines of a font that comes with the package: a machine without any
 * installed font (a container image) would otherwise show boxes, and pictures would differ between machines.
 */
const require = createRequire(import.meta.url);

function loadFont(weight: 400 | 600): opentype.Font {
  const file = require.resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff`);
  const bytes = readFileSync(file);
  return opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** The package's font in both weights. */
export interface Fonts {
  readonly regular: opentype.Font;
  readonly bold: opentype.Font;
}

/** Reads the font files of the package. */
export function loadFonts(): Fonts {
  return { regular: loadFont(400), bold: loadFont(600) };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

function plainText(escaped: string): string {
  return escaped.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity]!);
}

const ANCHOR_SHIFT: Readonly<Record<string, number>> = { start: 0, middle: -0.5, end: -1 };

/** Letters side by side. The font's substitution tables are left alone: opentype.js cannot read all of Inter's. */
function letters(font: opentype.Font, text: string): opentype.Glyph[] {
  return [...text].map((character) => font.charToGlyph(character));
}

/** Path data of drawing commands; opentype.js's own optimised form loses outlines of some glyphs. */
function pathData(commands: readonly opentype.PathCommand[]): string {
  const point = (x: number, y: number): string => `${x.toFixed(2)} ${y.toFixed(2)}`;
  return commands
    .map((command) => {
      if (command.type === 'Z') return 'Z';
      const end = point(command.x, command.y);
      if (command.type === 'Q') return `Q${point(command.x1, command.y1)} ${end}`;
      if (command.type !== 'C') return `${command.type}${end}`;
      return `C${point(command.x1, command.y1)} ${point(command.x2, command.y2)} ${end}`;
    })
    .join('');
}

/** Path data of a line of text that starts at the origin, moved by `shift` of its own width. */
function linePath(font: opentype.Font, text: string, size: number, shift: number): string {
  const scale = size / font.unitsPerEm;
  const glyphs = letters(font, text);
  const width = glyphs.reduce((sum, { advanceWidth = 0 }) => sum + advanceWidth * scale, 0);
  let x = shift * width;
  return glyphs
    .map((glyph) => {
      const data = pathData(glyph.getPath(x, 0, size).commands);
      x += (glyph.advanceWidth ?? 0) * scale;
      return data;
    })
    .join('');
}

function outline(fonts: Fonts, attributes: string, content: string): string {
  const attribute = (name: string): string | undefined =>
    new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1];
  const font = ['bold', '600', '700'].includes(attribute('font-weight') ?? '') ? fonts.bold : fonts.regular;
  const size = Number.parseFloat(attribute('font-size') ?? '11');
  const shift = ANCHOR_SHIFT[attribute('text-anchor') ?? 'start'] ?? 0;
  const path = linePath(font, plainText(content), size, shift);
  const kept = attributes.match(/\b(?:transform|fill|opacity)="[^"]*"/g) ?? [];
  return `<path ${kept.join(' ')} d="${path}"/>`;
}

/** Replaces the one-line `<text>` elements of an SVG by the outlines of their letters. */
export function outlineText(svg: string, fonts: Fonts = loadFonts()): string {
  return svg.replaceAll(/<text\b([^>]*)>([^<]*)<\/text>/g, (_, attributes: string, content: string) =>
    outline(fonts, attributes, content),
  );
}

/** How {@link textLine} look. */
export interface WordStyle {
  /** Pixels. */
  readonly size?: number;
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
}

/** A line of words as an SVG element, for {@link outlineText}. */
export function textLine(text: string, x: number, y: number, style: WordStyle = {}): string {
  const { size = 14, fill = PALETTE.muted.light, anchor = 'start', bold = false } = style;
  const weight = bold ? ' font-weight="bold"' : '';
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text transform="translate(${x},${y})" text-anchor="${anchor}" font-size="${size}px"${weight} fill="${fill}">${escaped}</text>`;
}
