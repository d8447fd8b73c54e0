import { ConvaeError } from '@convae/runtime/core';
import * as z from 'zod';

/** A value that has passed a schema. @throws ConvaeError `DATA_INVALID` naming the file and the fields. */
export function checked<S extends z.ZodType>(schema: S, value: unknown, file: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { error: cause } = parsed;
  throw new ConvaeError('DATA_INVALID', `${file}: ${z.prettifyError(cause)}`, { cause });
}
