import { median } from '@convae/runtime/core';
import { escapeHtml, paint } from '@convae/train/kit';
import type { MapPoints } from './schema.js';

/** Side of the map in its own units. */
const SIDE = 720;
const MARGIN = 16;
const RADIUS = 3;

/** Ten colours of even lightness that read on light and dark paper; more classes start again. */
const COLOURS = [
  '#4c78a8',
  '#f58518',
  '#d64550',
  '#3ca7a0',
  '#54a24b',
  '#c79a00',
  '#a662a8',
  '#e377a2',
  '#9d6b4e',
  '#7d8796',
] as const;

/** What the map shows, for its text alternative and its hover texts. */
export interface MapLabels {
  readonly part: 'test' | 'validation';
  readonly classNames?: readonly string[] | undefined;
}

type Point = MapPoints['points'][number];

const place = (value: number): number => MARGIN + value * (SIDE - 2 * MARGIN);

const className = (label: number, { classNames }: MapLabels): string => classNames?.[label] ?? String(label);

function dot({ index, label, x, y }: Point, colour: string, labels: MapLabels): string {
  const of = label === undefined ? '' : `, class ${className(label, labels)}`;
  const title = escapeHtml(`${labels.part} image ${index}${of}`);
  const at = `cx="${place(x).toFixed(1)}" cy="${place(1 - y).toFixed(1)}"`;
  return `<circle ${at} r="${RADIUS}" fill="${colour}"><title>${title}</title></circle>`;
}

/** The class's name over the middle of its images, so that colour is not needed to read the map. */
function classTitle(label: number, points: readonly Point[], labels: MapLabels): string {
  const x = place(median(points.map((point) => point.x))!);
  const y = place(1 - median(points.map((point) => point.y))!);
  const common = `transform="translate(${x.toFixed(1)},${(y + 8).toFixed(1)})" text-anchor="middle" font-size="24px" font-weight="bold"`;
  const text = escapeHtml(className(label, labels));
  // The halo comes first and is drawn of the same letters: paint-order is not known everywhere.
  return `<text ${common} fill="${paint('card')}" stroke="${paint('card')}" stroke-width="6" stroke-linejoin="round">${text}</text><text ${common} fill="${paint('ink')}">${text}</text>`;
}

/** The inside of the map's SVG: a dot for each image with its name as a hover text, and the classes' names. */
export function mapMarks({ points }: MapPoints, labels: MapLabels): string {
  const classes = [...new Set(points.map(({ label }) => label))].sort((a, b) => (a ?? 0) - (b ?? 0));
  const colour = (label: number | undefined): string => COLOURS[classes.indexOf(label) % COLOURS.length]!;
  const dots = points.map((point) => dot(point, colour(point.label), labels));
  const titles = classes.flatMap((label) =>
    label === undefined
      ? []
      : classTitle(
          label,
          points.filter((point) => point.label === label),
          labels,
        ),
  );
  return `<g class="dots">${dots.join('')}</g><g pointer-events="none">${titles.join('')}</g>`;
}

/** The part of the square that dots are in, as attributes of the map's SVG element. */
export function mapView({ points }: MapPoints): string {
  const [xs, ys] = [points.map(({ x }) => place(x)), points.map(({ y }) => place(1 - y))];
  const [left, top] = [Math.min(...xs) - MARGIN, Math.min(...ys) - MARGIN];
  const [width, height] = [Math.max(...xs) + MARGIN - left, Math.max(...ys) + MARGIN - top];
  const [x, y, w, h] = [left, top, width, height].map((value) => Math.round(value));
  return `viewBox="${x} ${y} ${w} ${h}" width="${w}" height="${h}"`;
}

/** The map as a file of its own; browsers show the image under the pointer. */
export function mapSvg(map: MapPoints, labels: MapLabels): string {
  const font = 'font-family="Inter, system-ui, sans-serif"';
  const ground = `<rect width="${SIDE}" height="${SIDE}" fill="${paint('card')}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${mapView(map)} ${font}>${ground}${mapMarks(map, labels)}</svg>`;
}
