import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { presetSpec } from '../model/index.js';
import { tinyImages, tinyRun } from '../testing/tiny-run.js';
import { evaluateBundle } from './evaluate.js';
import { modelCard } from './model-card.js';
import type { Metrics } from './schema.js';

describe('modelCard', () => {
  let folder: string;
  let metrics: Metrics;
  beforeAll(async () => {
    const images = tinyImages({ count: 10, height: 8, width: 8, channels: 1, labelled: false });
    const options = await tinyRun(presetSpec('reference', { channels: 1, height: 8, width: 8 }), images);
    folder = options.runDir;
    metrics = await evaluateBundle(options);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('writes settings out, whatever they are', () => {
    const recipe = { epochs: 3, rate: { lambdas: [7, 22] } };
    const card = modelCard({ ...metrics, recipe }, 'own');
    expect(card).toContain('| epochs | 3 |');
    expect(card).toContain('| rate | `{"lambdas":[7,22]}` |');
  });

  it('shows columns of evaluations where they know something of its rates', () => {
    const rate = {
      quality: 0,
      prior: 'context',
      streamBytesPerImage: 9,
      psnr: 23,
      ssim: 0.9,
      mse: 0.01,
    } as const;
    const bitstreams = { defaultQuality: 0, rates: [{ ...rate, containerBytesPerImage: 8 }] };
    const column = (text?: string) => ({ head: 'pays from', note: 'A note.', cell: () => text });
    const card = (text?: string): string =>
      modelCard({ ...metrics, bitstreams }, 'own', { columns: [column(text)] });
    expect(card('2,501')).toContain('| 0.900 | 2,501 |');
    expect(card('2,501')).toContain('A note.');
    expect(card()).not.toMatch(/pays|A note/);
  });
});
