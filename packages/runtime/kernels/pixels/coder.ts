// What a walk asks of the coder that writes or reads.

/** Writes `yes`, which has the frequency `first` of 65536, or reads it; gives the answer. */
@external('coder', 'answer')
export declare function answer(first: i32, yes: i32): i32;
/** Where the next value lies, 0..65535; below 0 where values are written. */
@external('coder', 'slot')
export declare function slot(): i32;
/** Writes or takes an interval. */
@external('coder', 'interval')
export declare function interval(low: i32, high: i32): void;

/** Told where what was read is nothing that is written. */
@external('coder', 'refuse')
export declare function refuse(): void;

/**
 * Codes which one of some it is, by weights, int32, with a sum of about 32768 (FORMAT.md, "One of some"); gives its number.
 * wanted: its number where it is written.
 */
export function codeOf(weights: usize, count: i32, wanted: i32): i32 {
  let total: u32 = count;
  for (let i = 0; i < count; i++) total += load<u32>(weights + 4 * i);
  const at = slot();
  let before: u64 = 0, low: u64 = 0, high: u64 = 0;
  let i = 0;
  for (; i < count; i++) {
    low = high;
    before += load<u32>(weights + 4 * i) + 1;
    high = (before << 16) / total;
    if (at < 0 ? i == wanted : at < <i32>high) break;
  }
  interval(<i32>low, <i32>high);
  return i;
}
