import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { presetSpec } from '../model/index.js';
import { exampleResult } from './comparison/result.test.support.js';
import { evaluateBundle } from './evaluate.js';
import { modelCard } from './model-card.js';
import type { Metrics } from './schema.js';
import { tinyImages, tinyRun } from './tiny-run.test.support.js';

describe('modelCard', () => {
  let folder: string;
  let metrics: Metrics;
  beforeAll(async () => {
    const images = tinyImages({ count: 10, height: 8, width: 8, channels: 1, labelled: false });
    const options = await tinyRun(presetSpec('seed', { channels: 1, height: 8, width: 8 }), images);
    folder = options.runDir;
    metrics = await evaluateBundle(options);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('writes settings out, whatever they are', () => {
    const recipe = { epochs: 3, rate: { lambda: 22, multipliers: [14, 8] } };
    const card = modelCard({ ...metrics, recipe }, 'own');
    expect(card).toContain('| epochs | 3 |');
    expect(card).toContain('| rate | `{"lambda":22,"multipliers":[14,8]}` |');
  });

  it('says from how many images on a bundle pays, where the same bundle was compared', () => {
    const comparison = exampleResult();
    const { bytesPerImage, mse } = comparison.methods[0]!.points[0]!;
    const rate = { quality: 0, prior: 'context', streamBytesPerImage: 9, psnr: 23, ssim: 0.9, mse } as const;
    const coded = {
      ...metrics,
      bundle: { ...metrics.bundle, bytes: 80_000 },
      bitstreams: { defaultQuality: 0, rates: [{ ...rate, containerBytesPerImage: bytesPerImage }] },
    };
    // 80,000 bytes are paid by the 32 bytes between 8 and the WebP mosaic's 40.
    expect(modelCard(coded, 'own', { comparison })).toContain('| 0.900 | 2,501 |');
    expect(modelCard(coded, 'own')).not.toContain('pays');
    const other = { ...coded, bundle: { ...coded.bundle, bytes: 80_001 } };
    expect(modelCard(other, 'own', { comparison })).not.toContain('pays');
  });
});
