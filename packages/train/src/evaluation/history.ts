import { ConvaeError } from '@convae/runtime';
import * as z from 'zod';
import { readBounded } from '../files/read.js';
import { type EpochRecord, epochRecordSchema } from '../training/history.js';

/** Largest `epochs.jsonl` that is read, bytes. */
export const MAX_HISTORY_BYTES = 64 << 20;

function invalid(path: string, line: number, reason: string, cause?: unknown): ConvaeError {
  return new ConvaeError('DATA_INVALID', `${path}, line ${line}: ${reason}`, { cause });
}

function parseLine(path: string, text: string, line: number): EpochRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(path, line, 'not JSON', cause);
  }
  const parsed = epochRecordSchema.safeParse(value);
  if (!parsed.success) throw invalid(path, line, z.prettifyError(parsed.error), parsed.error);
  return parsed.data;
}

/**
 * Reads `epochs.jsonl`: one {@link EpochRecord} per line, epochs ascending by one.
 * What follows the last line feed is dropped: it is a line that was cut off while being written.
 * @throws ConvaeError `NOT_FOUND`, `LIMIT_EXCEEDED`, or `DATA_INVALID` naming the line.
 */
export async function readHistory(path: string): Promise<EpochRecord[]> {
  const lines = (await readBounded(path, MAX_HISTORY_BYTES)).toString().split('\n').slice(0, -1);
  const records = lines.map((line, index) => parseLine(path, line, index + 1));
  records.forEach((record, index) => {
    const previous = records[index - 1];
    if (previous !== undefined && record.epoch !== previous.epoch + 1) {
      throw invalid(path, index + 1, `epoch ${record.epoch} follows epoch ${previous.epoch}`);
    }
  });
  return records;
}
