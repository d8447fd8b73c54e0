import { loadBundle, openPack, packBundle } from '@convae/runtime/core';
import { expect, it } from 'vitest';
import { ConvaeError } from '../../packages/runtime/src/errors.js';
import { expectGolden, golden } from './golden.js';

/** The files of a stored bundle. */
const folder = (name: string) => ({
  location: name,
  read: async (file: string) => {
    try {
      return golden(`${name}/${file}`);
    } catch (cause) {
      throw new ConvaeError('NOT_FOUND', file, { cause });
    }
  },
});

it.each(['tiny-bundle', 'tiny-context', 'tiny-gains'])(
  '%s is packed into the stored bytes, and read back',
  async (name) => {
    const files = folder(name);
    const whole = await loadBundle(files);
    expectGolden(`packed/${name}.convae`, await packBundle(files));
    const { location, ...read } = await loadBundle(openPack(golden(`packed/${name}.convae`), name));
    expect({ location, ...read }).toEqual(whole);

    expectGolden(`packed/${name}-decoder.convae`, await packBundle(files, { decoderOnly: true }));
    const decoder = await loadBundle(openPack(golden(`packed/${name}-decoder.convae`), name));
    expect(decoder).toEqual({ ...whole, encoder: undefined });
  },
);
