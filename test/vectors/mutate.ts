/** A whole number in 0..bound − 1. */
export type Random = (bound: number) => number;

/** Bytes with one to four changes: a bit, a byte, a run of one value, a cut, an insertion, a removal, a copied run. */
export function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  let mutated: Uint8Array = bytes.slice();
  for (let changes = 1 + random(4); changes > 0; changes--) mutated = change(mutated, random);
  return mutated;
}

function change(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return Uint8Array.of(random(256));
  const at = random(bytes.length);
  const end = Math.min(bytes.length, at + 1 + random(12));
  switch (random(7)) {
    case 0:
      bytes[at]! ^= 1 << random(8);
      return bytes;
    case 1:
      bytes[at] = random(256);
      return bytes;
    case 2:
      return bytes.fill([0, 255, 128, 0x9e][random(4)]!, at, end);
    case 3:
      return bytes.slice(0, at);
    case 4:
      return Uint8Array.of(...bytes.subarray(0, at), random(256), ...bytes.subarray(at));
    case 5:
      return Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(end));
    default:
      return bytes.copyWithin(random(bytes.length), at, end);
  }
}
