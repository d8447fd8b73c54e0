/** Sentences for the errors that opening a file may end in, by ConvaeError's codes. */
const FILE_SENTENCES: Readonly<Record<string, string>> = {
  CHECKSUM_MISMATCH:
    'This file is damaged: its checksum does not match its bytes. Nothing was decoded from it.',
  DATA_TRUNCATED: 'This file is damaged: it ends too early. Nothing was decoded from it.',
  DATA_INVALID: 'This file is damaged, or it is not a bitstream of this codec. Nothing was decoded from it.',
  LIMIT_EXCEEDED:
    'This file claims to hold more than this page is willing to read. Nothing was decoded from it.',
  VERSION_UNSUPPORTED: 'This file was written by a newer release of the codec, which this page cannot read.',
  HASH_MISMATCH: 'This file was written with another model, which this page does not have.',
  UNSUPPORTED: 'This file needs something that the chosen model does not have. Try another model.',
};

/** What to say about a file that could not be opened. */
export function fileSentence(error: unknown): string {
  return FILE_SENTENCES[codeOf(error)] ?? plainSentence(error);
}

/** What to say about anything else that failed. */
export function plainSentence(error: unknown): string {
  return error instanceof Error && error.message ? error.message : String(error);
}

/** ConvaeError's code; empty for other errors. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
