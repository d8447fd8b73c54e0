import { joinBytes } from '@convae/runtime';
import { expect, it } from 'vitest';
import { fromPnm, toPnm } from './pnm.js';

const pictureOf = (channels: number) => ({
  data: Uint8Array.from({ length: 6 * channels }, (_, i) => 40 * i),
  height: 2,
  width: 3,
  channels,
});

it.each([1, 3, 4])('a portable any-map of %i channels is read back', (channels) => {
  expect(fromPnm(toPnm(pictureOf(channels)))).toEqual(pictureOf(channels));
});

it('older kinds are read, and damage is told', () => {
  const grey = joinBytes([new TextEncoder().encode('P5\n3 2\n255\n'), pictureOf(1).data]);
  expect(fromPnm(grey)).toEqual(pictureOf(1));
  expect(() => fromPnm(grey.subarray(1))).toThrow('no portable any-map');
  expect(() => fromPnm(grey.subarray(0, grey.length - 1))).toThrow('no portable any-map');
});
