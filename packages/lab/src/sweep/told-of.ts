import { ConvaeError, UsageError } from '@convae/runtime/core';

/** The error about a part of a sweep file, which says for which part; a defect stays what it is. */
export function toldOf(part: string, error: unknown): unknown {
  if (!(error instanceof ConvaeError || error instanceof UsageError)) return error;
  const code = error instanceof ConvaeError ? error.code : 'DATA_INVALID';
  return new ConvaeError(code, `${part}: ${error.message}`, { cause: error });
}
