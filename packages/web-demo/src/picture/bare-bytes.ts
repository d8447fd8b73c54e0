/** Header of a WebP file: RIFF, its length, WEBP. */
const RIFF_HEADER_BYTES = 12;
/** The colour profile that Chromium puts into every file, and the extended header that announces it. */
const LEFT_OUT = ['ICCP', 'VP8X'];

/**
 * Bytes of a WebP file without its colour profile, which no comparison should pay for: half a kilobyte.
 * (WebP container specification, "RIFF file format": chunks of a name, a length and so many bytes, padded to even.)
 */
export function bareWebpBytes(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let bytes = RIFF_HEADER_BYTES;
  for (let at = RIFF_HEADER_BYTES; at + 8 <= file.length; ) {
    const name = String.fromCharCode(...file.subarray(at, at + 4));
    const length = 8 + view.getUint32(at + 4, true);
    const padded = length + (length % 2);
    if (!LEFT_OUT.includes(name)) bytes += padded;
    at += padded;
  }
  return bytes;
}

/** Markers of JPEG (ITU-T T.81, table B.1): the application segment of colour profiles, and the start of the scan. */
const APP2 = 0xe2;
const SCAN = 0xda;

/** Bytes of a JPEG file without its colour profile. */
export function bareJpegBytes(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let bytes = file.length;
  for (let at = 2; at + 4 <= file.length && file[at] === 0xff && file[at + 1] !== SCAN; ) {
    const length = 2 + view.getUint16(at + 2);
    if (file[at + 1] === APP2) bytes -= length;
    at += length;
  }
  return bytes;
}
