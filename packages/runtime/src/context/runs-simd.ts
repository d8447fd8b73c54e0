import { fromHex } from '../bytes.js';

/** A module with one function: (func (result v128) (i8x16.splat (i32.const 0))). */
const SIMD_MODULE = '0061736d010000000105016000017b030201000a080106004100fd0f0b';

/**
 * Whether kernels in WebAssembly run here: not without it or its SIMD, nor where bytes may not be compiled, nor where typed
 * arrays are not little-endian as its memory is.
 */
export function runsSimd(): boolean {
  if (!isLittleEndian()) return false;
  try {
    return new WebAssembly.Module(fromHex(SIMD_MODULE)) !== undefined;
  } catch {
    return false;
  }
}

const isLittleEndian = (): boolean => new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
