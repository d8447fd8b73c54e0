// SHA-256 (FIPS 180-4) over whole blocks of 64 bytes.

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
const ROUNDS = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);
/** The words of a block, and those that follow from them. */
const SCHEDULE = memory.data(256, 4);
/** The first 32 bits of the fractional parts of the square roots of the first 8 primes (5.3.3), and then the hash. */
export const STATE: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

/** Where memory is free. */
export const FREE: usize = __heap_base;

/** Takes blocks of the padded message into the state. */
export function update(from: usize, blocks: u32): void {
  for (let block: u32 = 0; block < blocks; block++) {
    expand(from + 64 * block);
    compress();
  }
}

/** The 64 words of a block's schedule (6.2.2, step 1). */
function expand(from: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(SCHEDULE + i, bswap(load<u32>(from + i)));
  for (let at = SCHEDULE + 64; at < SCHEDULE + 256; at += 4) {
    const a = load<u32>(at - 60);
    const b = load<u32>(at - 8);
    const small = rotr(a, 7) ^ rotr(a, 18) ^ (a >> 3);
    const large = rotr(b, 17) ^ rotr(b, 19) ^ (b >> 10);
    store<u32>(at, load<u32>(at - 64) + small + load<u32>(at - 28) + large);
  }
}

/** The 64 rounds (6.2.2, steps 2 to 4). */
function compress(): void {
  let a = load<u32>(STATE);
  let b = load<u32>(STATE, 4);
  let c = load<u32>(STATE, 8);
  let d = load<u32>(STATE, 12);
  let e = load<u32>(STATE, 16);
  let f = load<u32>(STATE, 20);
  let g = load<u32>(STATE, 24);
  let h = load<u32>(STATE, 28);
  for (let i: usize = 0; i < 256; i += 4) {
    const chosen = (e & f) ^ (~e & g);
    const one = h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + chosen + load<u32>(ROUNDS + i) + load<u32>(SCHEDULE + i);
    const two = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + one;
    d = c;
    c = b;
    b = a;
    a = one + two;
  }
  add(0, a);
  add(4, b);
  add(8, c);
  add(12, d);
  add(16, e);
  add(20, f);
  add(24, g);
  add(28, h);
}

function add(offset: usize, value: u32): void {
  store<u32>(STATE + offset, load<u32>(STATE + offset) + value);
}
