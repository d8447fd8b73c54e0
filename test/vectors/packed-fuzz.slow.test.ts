import { type Bundle, ConvaeError, crc32c, joinBytes, loadBundle, openPack } from '@convae/runtime/core';
import { afterAll, describe, expect, it } from 'vitest';
import { golden } from './golden.js';
import { mutate } from './mutate.js';
import { randomIntegers } from './random.js';

/** More with CONVAE_FUZZ_ROUNDS=200000. */
const ROUNDS = Number(process.env.CONVAE_FUZZ_ROUNDS ?? 4_000);

const pack = golden('packed/tiny-context.convae');
const whole = await loadBundle(openPack(pack, 'whole'));
const manifest = golden('tiny-context/manifest.json');
const manifestAt = Buffer.from(pack).indexOf(manifest);
const head = pack.subarray(0, manifestAt - 4);
const rest = pack.subarray(manifestAt + manifest.length);

/** A pack whose checksum is right, as a hostile writer would make it. */
function withChecksum(ownHead: Uint8Array, ownManifest: Uint8Array): Uint8Array {
  const checksum = new Uint8Array(4);
  new DataView(checksum.buffer).setUint32(0, crc32c(ownManifest, crc32c(ownHead)), true);
  return joinBytes([ownHead, checksum, ownManifest, rest]);
}

/** What a pack gives, or undefined where it is refused; anything but a ConvaeError fails the test. */
async function loaded(bytes: Uint8Array): Promise<Bundle | undefined> {
  try {
    return await loadBundle(openPack(bytes, 'whole'));
  } catch (error) {
    if (error instanceof ConvaeError) return undefined;
    throw error;
  }
}

describe('mutated packs end in their bundle or a ConvaeError', { timeout: 3_600_000 }, () => {
  const start = process.memoryUsage().rss;
  afterAll(() => {
    expect(process.memoryUsage().rss - start).toBeLessThan(300 << 20);
  });

  it(`by any change of their bytes, ${ROUNDS} times`, async () => {
    const random = randomIntegers(21);
    let refused = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const bundle = await loaded(mutate(pack, random));
      if (bundle) expect(bundle).toEqual(whole);
      else refused++;
    }
    expect(refused).toBeGreaterThan(ROUNDS / 2);
  });

  it(`by changes of directory and manifest under a right checksum, ${ROUNDS} times`, async () => {
    const random = randomIntegers(22);
    let refused = 0;
    let withoutEncoder = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const ofHead = random(2) === 1;
      const mutated = ofHead
        ? withChecksum(mutate(head, random), manifest)
        : withChecksum(head, mutate(manifest, random));
      const bundle = await loaded(mutated);
      if (bundle === undefined) {
        refused++;
        continue;
      }
      // Whatever the manifest says now, no other graph is given out.
      expect(bundle.decoder).toEqual(whole.decoder);
      if (bundle.encoder === undefined) withoutEncoder++;
      else expect(bundle.encoder).toEqual(whole.encoder);
    }
    expect(refused).toBeGreaterThan(ROUNDS / 2);
    expect(refused).toBeLessThan(ROUNDS);
    expect(withoutEncoder).toBeGreaterThan(0);
  });
});
