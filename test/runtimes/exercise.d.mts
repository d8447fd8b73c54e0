import type { LoadBuiltinCodec, LoadBuiltinDecoder } from '@convae/runtime/builtin';

/** The functions of the builtin entries. */
export interface Entry {
  readonly loadCodec: LoadBuiltinCodec;
  readonly loadDecoder: LoadBuiltinDecoder;
}

/** What a runtime finds with bundles below an address: hashes of bytes and pixels. */
export function exercise(
  entry: Entry,
  address: string | URL,
  bundles?: readonly string[],
): Promise<readonly object[]>;
