import { type Code, simd } from '../../context/wasm-module.js';

// Beside those of wasm-module.ts: a module of their own, because pages load that one.

/** Eight int32 of two vectors as int16, and sixteen int16 as uint8: what does not fit becomes the nearest that does. */
export const narrowSigned: Code = simd(0x85);
export const narrowToBytes: Code = simd(0x66);
/** The lower and the upper eight uint8 as int16, and the lower and the upper four of those as int32. */
export const lowBytes: Code = simd(0x89);
export const highBytes: Code = simd(0x8a);
export const lowShorts: Code = simd(0xa9);
export const highShorts: Code = simd(0xaa);
/** Sums, differences and quotients of float32; the fraction cut off; the larger, NaN where the first is. */
export const addFloats: Code = simd(0xe4);
export const subtractFloats: Code = simd(0xe5);
export const divideFloats: Code = simd(0xe7);
export const truncateFloats: Code = simd(0x69);
export const largerFloats: Code = simd(0xeb);
/** −1 in each lane where the first float32 is below the second, else 0. */
export const belowFloats: Code = simd(0x43);
/** A float32, or an int32, in all four lanes. */
export const splatFloat = (value: number): Code => splat(new Uint8Array(Float32Array.of(value).buffer));
export const splatInteger = (value: number): Code => splat(new Uint8Array(Int32Array.of(value).buffer));
const splat = (lane: Uint8Array): Code => simd(12, ...lane, ...lane, ...lane, ...lane);
