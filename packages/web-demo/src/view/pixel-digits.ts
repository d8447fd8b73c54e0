import { makeDrawing } from './dom.js';

/** Digits of five by seven squares. */
const DIGITS = [
  '01110 10001 10001 10001 10001 10001 01110',
  '00100 01100 00100 00100 00100 00100 01110',
  '01110 10001 00001 00110 01000 10000 11111',
  '11110 00001 00001 01110 00001 00001 11110',
  '00010 00110 01010 10010 11111 00010 00010',
  '11111 10000 11110 00001 00001 10001 01110',
  '00110 01000 10000 11110 10001 10001 01110',
  '11111 00001 00010 00100 00100 01000 01000',
  '01110 10001 10001 01110 10001 10001 01110',
  '01110 10001 10001 01111 00001 00010 01100',
].map((rows) => rows.split(' '));

const HEIGHT = 7;
const ADVANCE = 6;
/** Side of a square; the rest of the unit is the gap between two. */
const SIDE = 0.94;

/** A whole number drawn in squares, as tall as the text around it. */
export function pixelNumber(value: number): SVGSVGElement {
  const digits = [...String(value)].map(Number);
  const path = digits.map((digit, i) => squares(DIGITS[digit]!, i * ADVANCE)).join('');
  return makeDrawing(digits.length * ADVANCE - 1, HEIGHT, path);
}

function squares(rows: readonly string[], left: number): string {
  const inset = (1 - SIDE) / 2;
  return rows
    .flatMap((row, y) =>
      [...row].map((bit, x) =>
        bit === '1' ? `M${left + x + inset} ${y + inset}h${SIDE}v${SIDE}h-${SIDE}z` : '',
      ),
    )
    .join('');
}
