import { readFile, stat } from 'node:fs/promises';
import { ConvaeError } from '@convae/runtime';
import * as z from 'zod';
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

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_HISTORY_BYTES) {
      throw new ConvaeError(
        'LIMIT_EXCEEDED',
        `${path}: ${size} bytes, at most ${MAX_HISTORY_BYTES} are read`,
      );
    }
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof ConvaeError) throw cause;
    throw new ConvaeError('NOT_FOUND', `${path}: cannot be read`, { cause });
  }
}

/**
 * Reads `epochs.jsonl`: one {@link EpochRecord} per line, epochs ascending by one.
 * What follows the last line feed is dropped: it is a line that was cut off while being written.
 * @throws ConvaeError `NOT_FOUND`, `LIMIT_EXCEEDED`, or `DATA_INVALID` naming the line.
 */
export async function readHistory(path: string): Promise<EpochRecord[]> {
  const lines = (await readText(path)).split('\n').slice(0, -1);
  const records = lines.map((line, index) => parseLine(path, line, index + 1));
  records.forEach((record, index) => {
    const previous = records[index - 1];
    if (previous !== undefined && record.epoch !== previous.epoch + 1) {
      throw invalid(path, index + 1, `epoch ${record.epoch} follows epoch ${previous.epoch}`);
    }
  });
  return records;
}
