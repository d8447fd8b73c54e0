import { median } from '@convae/runtime/core';
import { plotSvg } from '@convae/train/kit';
import { describe, expect, it } from 'vitest';
import { resultsCsv } from './csv.js';
import { parseSweep } from './file.js';
import { paretoPlot } from './plot.js';
import { bestOf, paretoFront, type SweepResults, variantResults } from './results.js';
import { runsOf } from './runs.js';
import type { RunState } from './states.js';
import { variantsOf } from './variants.js';

const sweep = parseSweep(
  { grid: { 'architecture.encoder.0.filters': [4, 8], 'recipe.batch': [5] }, seeds: [1, 2, 3] },
  'sweep.json',
);
const { variants } = variantsOf(sweep, { channels: 1, height: 28, width: 28 });

/** All runs finished but the last, with errors that fall with the filters and differ by seed. */
const states: RunState[] = runsOf(sweep, variants, 'out').map((run, i, all) => {
  const mse = (run.variant === variants[0] ? 0.02 : 0.01) * run.seed;
  const psnr = -10 * Math.log10(mse);
  const common = { run, epoch: 30, startedAt: 0, psnr };
  if (i === all.length - 1) return { ...common, phase: 'failed', reason: 'no luck' };
  const result = {
    format: 'convae-sweep-run',
    version: 1,
    name: run.name,
    seed: run.seed,
    parameters: run.variant.parameters,
    epochs: 30,
    exportedEpoch: 29,
    seconds: 4,
    validationMse: mse,
    validationPsnr: psnr,
    bundleBytes: 100 * run.seed,
    rates: [
      { quality: 0, bytesPerImage: 10 * run.seed, psnr: psnr - 1 },
      { quality: 1, bytesPerImage: 20 * run.seed, psnr },
    ],
    quality: 1,
  } as const;
  return { ...common, phase: 'finished', result: { ...result, rates: [...result.rates] } };
});

describe('results of a sweep', () => {
  const [first, second] = variantResults(states);

  it('are medians over the seeds that were finished, the best first', () => {
    expect(first).toMatchObject({ label: 'encoder.0.filters=8 batch=5', seeds: [1, 2], bytesPerImage: 30 });
    expect(first!.validationMse).toBeCloseTo(0.015, 12);
    expect(second).toMatchObject({
      seeds: [1, 2, 3],
      validationMse: 0.04,
      bundleBytes: 200,
      bytesPerImage: 40,
    });
    expect(second!.rates).toHaveLength(2);
  });

  it('name what no other variant beats, and the best seed of the best one', () => {
    expect([first!.paretoParameters, second!.paretoParameters]).toEqual([true, true]);
    expect([first!.paretoBytes, second!.paretoBytes]).toEqual([true, false]);
    expect(bestOf(states, [first!, second!])?.run).toMatchObject({ seed: 1, variant: variants[1] });
  });

  it('make a line each in the CSV', () => {
    const lines = resultsCsv({ variants: [first, second] } as unknown as SweepResults).split('\r\n');
    expect(lines[0]).toMatch(/^encoder.0.filters,batch,seeds,validation_mse,/);
    expect(lines[1]).toMatch(/^8,5,2,0.015,/);
    expect(lines).toHaveLength(4);
  });

  it('medians and fronts', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, undefined]);
    const points = [
      [3, 20],
      [1, 10],
      [2, 10],
      [2, 15],
      [4, 18],
    ].map(([cost, psnr]) => ({
      cost: cost!,
      psnr: psnr!,
    }));
    expect(paretoFront(points).map(({ cost }) => cost)).toEqual([1, 2, 3]);
  });

  it('are drawn with a name at each point of the front, even a single one', async () => {
    const axis = { title: 'parameters', log: true, heading: 'Trade' };
    const points = [
      { label: 'small', cost: 100, psnr: 20 },
      { label: 'beaten', cost: 500, psnr: 19 },
      { label: 'large', cost: 1000, psnr: 25 },
    ];
    const svg = await plotSvg(paretoPlot(points, axis, 400, 300));
    expect(svg).toContain('>small<');
    expect(svg).toContain('>large<');
    expect(svg).not.toContain('>beaten<');
    expect(await plotSvg(paretoPlot([points[0]!], axis, 400, 300))).not.toContain('NaN');
  });
});
