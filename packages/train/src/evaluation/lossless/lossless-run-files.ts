import { join } from 'node:path';
import { ConvaeError } from '@convae/runtime';
import { writeFileAtomic } from '@convae/runtime/node';
import * as z from 'zod';
import { checked } from '../../files/checked.js';
import { readBounded, readIfThere, readJson } from '../../files/read.js';
import { type LosslessRecord, losslessRecordSchema } from '../../training/lossless/lossless-history.js';
import { runPaths } from '../../training/run-folder.js';
import { MAX_HISTORY_BYTES } from '../history.js';
import type { Evaluation } from '../plug-in.js';
import { BITS_FILE, REPORT_FILE } from '../run-files.js';
import { METRICS_FILE } from '../schema.js';
import { renderLosslessReport } from './lossless-report.js';
import { isLosslessMetrics, parseLosslessMetrics } from './lossless-schema.js';

const lines = z.array(losslessRecordSchema);

/**
 * The training log of a lossless run; what follows the last line feed was cut off while being written.
 * @throws ConvaeError `NOT_FOUND`, `LIMIT_EXCEEDED`, or `DATA_INVALID`
 */
export async function readLosslessHistory(path: string): Promise<LosslessRecord[]> {
  const texts = (await readBounded(path, MAX_HISTORY_BYTES)).toString().split('\n').slice(0, -1);
  try {
    return checked(
      lines,
      texts.map((text) => JSON.parse(text)),
      path,
    );
  } catch (cause) {
    if (cause instanceof ConvaeError) throw cause;
    throw new ConvaeError('DATA_INVALID', `${path} holds a line that is not JSON`, { cause });
  }
}

/**
 * Writes the report of a lossless run anew, out of the files in its folder.
 * @returns false where the folder holds no evaluated lossless run.
 */
export async function renewLosslessReport(
  folder: string,
  evaluations: readonly Evaluation[],
): Promise<boolean> {
  const metrics = await readJson(join(folder, METRICS_FILE), (value) =>
    isLosslessMetrics(value) ? parseLosslessMetrics(value) : undefined,
  );
  const bits = await readIfThere(join(folder, BITS_FILE));
  if (metrics === undefined || bits === undefined) return false;
  const { epochs } = runPaths(folder);
  const history = (await readIfThere(epochs)) === undefined ? [] : await readLosslessHistory(epochs);
  const page = await renderLosslessReport({ folder, metrics, history, bits }, evaluations);
  await writeFileAtomic(join(folder, REPORT_FILE), page);
  return true;
}
