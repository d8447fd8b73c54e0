import { createHash } from 'node:crypto';

/** The SHA-256 of some parts after each other, 64 hexadecimal digits; text counts as UTF-8. */
export function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
