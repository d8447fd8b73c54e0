import { ConvaeError } from '../errors.js';

/**
 * Checks the first bytes of a file of a bundle.
 * @param magic its first bytes; the last of them is the version.
 * @param headerBytes length of the header that follows the magic, the magic included.
 * @param what the file holds, for messages.
 * @throws ConvaeError DATA_INVALID, DATA_TRUNCATED or VERSION_UNSUPPORTED.
 */
export function checkFileHead(bytes: Uint8Array, magic: Uint8Array, headerBytes: number, what: string): void {
  const at = magic.length - 1;
  if (bytes.subarray(0, at).some((byte, i) => byte !== magic[i]))
    throw new ConvaeError('DATA_INVALID', `these bytes are no ${what}`);
  if (bytes.length < headerBytes) throw truncated(what);
  if (bytes[at] === magic[at]) return;
  throw new ConvaeError(
    'VERSION_UNSUPPORTED',
    `${what} version ${bytes[at]}: this release reads up to ${magic[at]}`,
  );
}

/** The error for a file that is shorter than it says. */
export function truncated(what: string): ConvaeError {
  return new ConvaeError('DATA_TRUNCATED', `the ${what} is cut off`);
}
