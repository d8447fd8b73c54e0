/** Bits beyond its bytes that a code word may leave out at its end, and one for rounding. */
const OMITTED_BITS = 17;

/** The most bits of symbols that a code word of so many bytes can hold (FORMAT.md, "Symbols"). */
export const mostBits = (bytes: number): number => 8 * bytes + OMITTED_BITS;
