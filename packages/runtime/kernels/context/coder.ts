// How a symbol is coded, by the distribution that was taken.
import { cumulative, find } from './mixture';
import { Coded } from './model';

/** Each symbol is asked for: `ask`. */
export const ASK = 0;
/** Each symbol's interval is found: what precedes it in the lower half, its end less 1 in the upper. */
export const FIND = 1;
/** Each symbol is read. */
export const READ = 2;

/** Writes a symbol, or reads one, which it gives; of its distribution the smallest regular symbol and the entries. */
@external('coder', 'ask')
export declare function ask(min: i32, count: i32, symbol: i32): i32;
/** Reads what follows an escape, from the state in READER on; gives the symbol. */
@external('coder', 'escape')
declare function escape(below: bool, min: i32, count: i32): i32;
/** Told where no encoder would have written these bytes; does not return. */
@external('coder', 'refuse')
declare function refuse(): void;

/** Where the range decoder is (FORMAT.md, "Entropy coder"). */
@unmanaged
class Reader {
  /** Integers below 2^48. */
  code: f64;
  range: f64;
  /** Bytes that were read, and all. */
  at: i32;
  length: i32;
  /** Where the first byte would lie; those that are needed lie in the memory. */
  bytes: usize;
}
/** Where it lies. */
export const READER: usize = memory.data(32, 16);

let code: u64 = 0;
let range: u64 = 0;
let step: u64 = 0;

/** Takes the state from READER. */
export function take(): void {
  const reader = changetype<Reader>(READER);
  code = <u64>reader.code;
  range = <u64>reader.range;
}

/** Gives it back. */
export function give(): void {
  const reader = changetype<Reader>(READER);
  reader.code = <f64>code;
  reader.range = <f64>range;
}

/** The interval of a symbol, as {@link FIND} says. */
export function interval(coded: Coded, symbol: i32): i32 {
  const offset = <i64>symbol - coded.min;
  const entry = <i32>min<i64>(max<i64>(offset + 1, 0), coded.count - 1);
  return cumulative(entry) | ((cumulative(entry + 1) - 1) << 16);
}

/** Reads a symbol. */
export function read(coded: Coded): i32 {
  const entry = find(slot());
  consume(cumulative(entry), cumulative(entry + 1));
  const last = coded.count - 1;
  if (entry > 0 && entry < last) return coded.min + entry - 1;
  give();
  const symbol = escape(entry == 0, coded.min, coded.count);
  take();
  return symbol;
}

function slot(): i32 {
  step = range >> 16;
  const slot = code / step;
  if (slot >= 65536) refuse();
  return <i32>slot;
}

function consume(low: i32, high: i32): void {
  code -= step * low;
  range = step * (high - low);
  if (range >= 1 << 32) return;
  code = (code << 16) | nextWord();
  range <<= 16;
}

/** Up to six bytes past the end read as zero. */
function nextWord(): u64 {
  const reader = changetype<Reader>(READER);
  const left = reader.length - reader.at;
  const place = reader.bytes + reader.at;
  reader.at += 2;
  if (left >= 2) return (<u64>load<u8>(place) << 8) | load<u8>(place, 1);
  if (left < -4) refuse();
  return left == 1 ? <u64>load<u8>(place) << 8 : 0;
}
