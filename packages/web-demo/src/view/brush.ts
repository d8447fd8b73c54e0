import type { Session } from '../codec/session.js';
import { BLACK, type Brush, type Colour, ERASER, PEN } from '../picture/brush.js';
import { byId, make, onChoice } from './dom.js';

/** Colours to paint with, and their names. */
const PAINTS: readonly (readonly [hex: string, name: string])[] = [
  ['#1b1f23', 'Black'],
  ['#ffffff', 'White'],
  ['#d13b2e', 'Red'],
  ['#f2a33a', 'Orange'],
  ['#f6d743', 'Yellow'],
  ['#4f9a46', 'Green'],
  ['#3f83c4', 'Blue'],
  ['#8a5a3c', 'Brown'],
];

/** Choices of tool, colour and width. @returns What gives the brush that is chosen. */
export function mountBrush(session: Session): () => Brush {
  let erases = false;
  let colour = BLACK;
  let coloured = false;
  const width = byId('brush', 'input');
  onChoice('tool', (value) => {
    erases = value === 'eraser';
  });
  mountPaints((next) => {
    colour = next;
  });
  session.running.subscribe((running) => {
    coloured = running !== undefined && running.entry.image.channels > 1;
    byId('paints', 'div').hidden = !coloured;
  });
  return () => {
    if (!coloured) return erases ? ERASER : PEN;
    return { radius: Number(width.value), edge: EDGE, erases, colour };
  };
}

/** Width of the soft edge in pictures in colour, pixels of a picture of 28. */
const EDGE = 0.5;

/** Swatches as radio buttons, and one for a colour of one's own. */
function mountPaints(choose: (colour: Colour) => void): void {
  const own = byId('own-colour', 'input');
  const swatches = PAINTS.map(([hex, name], i) => {
    const input = make('input', { type: 'radio', name: 'paint', value: hex, checked: i === 0 });
    const patch = make('i', {});
    patch.style.background = hex;
    return make('label', { title: name }, input, patch, make('span', { className: 'unseen' }, name));
  });
  byId('swatches', 'fieldset').append(...swatches);
  onChoice('paint', (hex) => choose(colourOf(hex)));
  own.addEventListener('input', () => {
    for (const { firstElementChild } of swatches) (firstElementChild as HTMLInputElement).checked = false;
    choose(colourOf(own.value));
  });
  choose(colourOf(PAINTS[0]![0]));
}

function colourOf(hex: string): Colour {
  const number = Number.parseInt(hex.slice(1), 16);
  return [(number >> 16) / 255, ((number >> 8) & 255) / 255, (number & 255) / 255];
}
