import type { Colour } from './brush.js';
import type { ColouredStroke, Sample } from './paint-sample.js';

const SKY: Colour = [0.62, 0.81, 0.93];
const DUSK: Colour = [0.97, 0.72, 0.55];
const SUN: Colour = [0.99, 0.83, 0.28];
const GRASS: Colour = [0.42, 0.65, 0.31];
const FOREST: Colour = [0.17, 0.38, 0.29];
const SEA: Colour = [0.16, 0.44, 0.62];
const RED: Colour = [0.81, 0.23, 0.19];
const PINK: Colour = [0.93, 0.53, 0.63];
const WOOD: Colour = [0.47, 0.31, 0.21];
const NIGHT: Colour = [0.13, 0.17, 0.34];
const WHITE: Colour = [0.98, 0.98, 0.95];
const INK: Colour = [0.12, 0.13, 0.15];

const stroke = (colour: Colour, radius: number, points: string): ColouredStroke => ({
  colour,
  radius,
  points,
});

/** So wide that it covers all of the picture. */
const ground = (colour: Colour): ColouredStroke => stroke(colour, 30, '14,14 14,14');

/** Pictures for models in colour. */
export const SCENES: readonly Sample[] = [
  {
    name: 'a meadow',
    strokes: [
      ground(SKY),
      stroke(WHITE, 1.6, '4,7 8,6 11,7'),
      stroke(SUN, 2.6, '21,7 21.2,7'),
      stroke(FOREST, 3, '0,19 7,17.5 14,19 22,17 28,18.5'),
      stroke(GRASS, 6, '-2,27 8,26 18,25 30,26'),
      stroke(WOOD, 0.5, '8,16 8,22'),
      stroke(FOREST, 2.2, '8,14 8.2,14'),
    ],
  },
  {
    name: 'a sail at dusk',
    strokes: [
      ground(DUSK),
      stroke(SUN, 3, '20,14 20.2,14'),
      stroke(SEA, 6, '-2,24 30,24'),
      stroke(WOOD, 1, '7,19.5 11,20.4 16,19.4'),
      stroke(WOOD, 0.2, '11.4,6 11.4,19'),
      stroke(WHITE, 0.9, '12.8,8 14.6,13 15.6,16.4 13,16.4 12.9,11'),
    ],
  },
  {
    name: 'an apple',
    strokes: [
      ground(WHITE),
      stroke(RED, 5, '11,16.5 14,17.5 17,16.5'),
      stroke(PINK, 0.7, '9.4,13.6 8.6,16'),
      stroke(WOOD, 0.4, '14,12 14.6,8 15.6,6.4'),
      stroke(GRASS, 1, '16.6,8.6 19,7.4'),
    ],
  },
  {
    name: 'a flower',
    strokes: [
      stroke(GRASS, 0.6, '14,13 13.4,19 14,26'),
      stroke(GRASS, 1, '14,22 17.4,19.4'),
      stroke(PINK, 2.3, '14,5.6 14.1,5.6'),
      stroke(PINK, 2.3, '18.6,8.8 18.7,8.8'),
      stroke(PINK, 2.3, '17,14 17.1,14'),
      stroke(PINK, 2.3, '11,14 11.1,14'),
      stroke(PINK, 2.3, '9.4,8.8 9.5,8.8'),
      stroke(SUN, 2, '14,10.4 14.1,10.4'),
    ],
  },
  {
    name: 'a smile',
    strokes: [
      stroke(SUN, 9, '14,14 14.1,14'),
      stroke(INK, 1, '10.6,11 10.6,12.4'),
      stroke(INK, 1, '17.4,11 17.4,12.4'),
      stroke(INK, 0.5, '9.2,17 14,20 18.8,17'),
    ],
  },
  {
    name: 'a night',
    strokes: [
      ground(NIGHT),
      stroke(WHITE, 3.4, '9,8 9.1,8'),
      stroke(NIGHT, 3, '11,7 11.1,7'),
      stroke(WHITE, 0.2, '20,5 20.1,5'),
      stroke(WHITE, 0.2, '24,11 24.1,11'),
      stroke(WHITE, 0.2, '17,11 17.1,11'),
      stroke(INK, 5, '-2,27 10,24 18,26 30,23'),
      stroke(SUN, 0.5, '19,20.4 20,20.4'),
    ],
  },
];
