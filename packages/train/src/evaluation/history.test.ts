import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EpochRecord } from '../training/history.js';
import { readHistory } from './history.js';

const record = (epoch: number): EpochRecord => ({
  epoch,
  trainMse: 0.02,
  validationMse: null,
  trainPsnr: 16.99,
  validationPsnr: null,
  learningRate: 0.001,
  seconds: 3.5,
  imagesPerSecond: 1400,
  deadChannels: [2],
});
const lines = (...records: unknown[]): string =>
  records.map((entry) => `${JSON.stringify(entry)}\n`).join('');

describe('readHistory', () => {
  let folder: string;
  const read = async (text: string): Promise<EpochRecord[]> => {
    const path = join(folder, 'epochs.jsonl');
    await writeFile(path, text);
    return readHistory(path);
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'convae-history-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('reads one record per line', async () => {
    expect(await read(lines(record(1), record(2)))).toEqual([record(1), record(2)]);
    expect(await read('')).toEqual([]);
  });

  it('drops a last line that was cut off anywhere', async () => {
    const whole = lines(record(1), record(2));
    const second = lines(record(2));
    const cut = async (keep: number): Promise<void> => {
      expect(await read(whole.slice(0, whole.length - second.length + keep))).toEqual([record(1)]);
    };
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: second.length - 1 }), cut), {
      seed: 5,
      numRuns: 40,
    });
  });

  it.each([
    ['not JSON', 'epoch 1\n', /line 1: not JSON/],
    [
      'a torn line before the last',
      `${lines(record(1)).slice(0, 20)}\n${lines(record(2))}`,
      /line 1: not JSON/,
    ],
    ['a missing figure', lines(record(1), { epoch: 2 }), /line 2: [\s\S]*trainMse/],
    ['a negative error', lines({ ...record(1), trainMse: -1 }), /line 1: [\s\S]*trainMse/],
    ['a repeated epoch', lines(record(3), record(3)), /line 2: epoch 3 follows epoch 3/],
    ['an array', '[]\n', /line 1/],
  ])('refuses %s and names the line', async (_, text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('says that a file is missing', async () => {
    const missing = readHistory(join(folder, 'none.jsonl'));
    await expect(missing).rejects.toMatchObject({ name: 'ConvaeError', code: 'NOT_FOUND' });
  });
});
