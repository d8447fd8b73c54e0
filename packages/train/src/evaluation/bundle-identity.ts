import type { Manifest } from '@convae/runtime';
import * as z from 'zod';

/** Which graphs a figure belongs to. */
export const bundleIdentitySchema = z.object({
  name: z.string(),
  encoderSha256: z.string(),
  decoderSha256: z.string(),
});

export type BundleIdentity = z.infer<typeof bundleIdentitySchema>;

/** What tells one bundle's graphs from another's. */
export function identityOf({ name, encoder, decoder }: Manifest): BundleIdentity {
  return { name, encoderSha256: encoder.sha256, decoderSha256: decoder.sha256 };
}

/** Whether figures were measured on the graphs of this bundle. */
export function isSameBundle(a: BundleIdentity, b: BundleIdentity): boolean {
  return a.encoderSha256 === b.encoderSha256 && a.decoderSha256 === b.decoderSha256;
}
