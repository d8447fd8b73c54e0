import { readFile } from 'node:fs/promises';
import { ConvaeError } from '@convae/runtime/core';
import { describe, expect, it } from 'vitest';
import { parseSweep } from './file.js';
import { setPath } from './paths.js';
import { runsOf } from './runs.js';
import { type Variants, variantsOf } from './variants.js';

const image = { channels: 1, height: 28, width: 28 } as const;
const plan = (input: unknown): Variants => variantsOf(parseSweep(input, 'sweep.json'), image);

describe('paths of a sweep', () => {
  it('sets fields and places, from the end too', () => {
    const root = { encoder: [{ filters: 1 }, { filters: 2 }], recipe: { rate: null } };
    setPath(root, 'encoder.-1.filters', 8);
    setPath(root, 'recipe.rate.lambda', 3);
    expect(root).toEqual({ encoder: [{ filters: 1 }, { filters: 8 }], recipe: { rate: { lambda: 3 } } });
  });

  it('keeps by how much a block enlarges when its kind changes', () => {
    const root = { decoder: [{ kind: 'transpose', stride: 4 }] };
    setPath(root, 'decoder.0.kind', 'nearest');
    expect(root.decoder[0]).toEqual({ kind: 'nearest', factor: 4 });
    setPath(root, 'decoder.0.kind', 'transpose');
    expect(root.decoder[0]).toEqual({ kind: 'transpose', stride: 4 });
  });

  it.each(['encoder.5.filters', 'encoder.x', '__proto__.polluted', 'a..b', 'name.length.x'])(
    'refuses %s',
    (path) => {
      expect(() => setPath({ name: 'n', encoder: [{}] }, path, 1)).toThrow(
        expect.objectContaining({ code: 'DATA_INVALID' }),
      );
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
  );
});

describe('the variants of a grid', () => {
  it('are all combinations, each a checked network', async () => {
    const text = await readFile(new URL('../../examples/sweep.json', import.meta.url), 'utf8');
    const { variants, leftOut } = plan(JSON.parse(text));
    expect(variants).toHaveLength(8);
    expect(leftOut).toBe(0);
    expect(variants[7]).toMatchObject({
      label: 'width=wide decoder.1.kind=nearest learningRate=0.003',
      spec: { decoder: [{ filters: 96 }, { kind: 'nearest', factor: 2 }, { kind: 'nearest' }] },
      recipe: { learningRate: 0.003, batch: 100 },
    });
  });

  it('are one network for many rates, and one for each', async () => {
    const text = await readFile(new URL('../../examples/single-rates.json', import.meta.url), 'utf8');
    const lambdas = plan(JSON.parse(text)).variants.map(({ recipe }) => recipe.rate!.lambdas);
    expect(lambdas.map(({ length }) => length)).toEqual([5, 1, 1]);
    for (const [lambda] of lambdas.slice(1)) expect(lambdas[0]).toContain(lambda);
  });

  it('take presets, whole parts, the latent and lambda', () => {
    const encoder = [{ kind: 'conv', filters: 3, kernel: 3, activation: 'relu', pool: 4 }];
    const { variants } = plan({
      grid: {
        preset: ['reference', 'upsample-nearest'],
        'architecture.encoder.-1.filters': [2, 6],
        'recipe.rate.lambdas': [[5], [9]],
      },
    });
    expect(variants).toHaveLength(8);
    expect(variants[3]!.spec).toMatchObject({ name: 'reference', encoder: [{}, { filters: 6 }] });
    expect(variants[3]!.recipe.rate?.lambdas).toEqual([9]);
    expect(plan({ grid: { 'architecture.encoder': [encoder] } }).variants[0]).toMatchObject({
      label: 'encoder=#0',
      spec: { encoder: [{ filters: 3 }] },
    });
  });

  it('leave out what is too large', () => {
    const grid = { 'architecture.encoder.0.filters': [4, 400] };
    const { variants, leftOut } = plan({ grid, maxParameters: 2000 });
    expect(variants.map(({ label }) => label)).toEqual(['encoder.0.filters=4']);
    expect(leftOut).toBe(1);
    expect(() => plan({ grid, maxParameters: 10 })).toThrow(/at most 10 parameters, all are larger/);
  });

  it('refuse what cannot be trained, unless it is left out', () => {
    const dense = { kind: 'dense', units: 4096, activation: 'relu' };
    const last = { kind: 'expand', height: 28, width: 28, filters: 1, activation: 'sigmoid' };
    const base = { architecture: { encoder: [dense, dense], decoder: [last] } };
    const grid = { 'architecture.encoder.0.units': [4, 4096] };
    expect(() => plan({ base, grid })).toThrow(
      /encoder.0.units=4096: expected at most 12,000,000 parameters/,
    );
    expect(plan({ base, grid, maxParameters: 9e6 }).leftOut).toBe(1);
  });
});

describe('random variants', () => {
  const random = {
    count: 6,
    seed: 3,
    axes: {
      'recipe.learningRate': { min: 1e-4, max: 1e-2, scale: 'log' },
      'architecture.encoder.0.filters': { min: 4, max: 12, integer: true },
      'recipe.batch': [10, 20],
    },
  };

  it('are so many, all different, within their ranges, and the same again', () => {
    const { variants } = plan({ random });
    expect(new Set(variants.map(({ label }) => label)).size).toBe(6);
    for (const { spec, recipe } of variants) {
      expect(recipe.learningRate).toBeGreaterThanOrEqual(1e-4);
      expect(recipe.learningRate).toBeLessThanOrEqual(1e-2);
      const [first] = spec.encoder;
      expect([4, 5, 6, 7, 8, 9, 10, 11, 12]).toContain(first!.kind === 'conv' && first!.filters);
    }
    expect(plan({ random })).toEqual({ variants, leftOut: 0 });
    expect(plan({ random: { ...random, seed: 4 } }).variants).not.toEqual(variants);
  });

  it('are refused where there are not so many', () => {
    const few = { count: 3, axes: { 'recipe.batch': [10, 20] } };
    expect(() => plan({ random: few })).toThrow(/3 different variants, found only 2/);
  });
});

describe('a sweep file', () => {
  it.each<[unknown, RegExp]>([
    [{}, /either "grid" or "random"/],
    [{ grid: {} }, /at least one axis/],
    [{ grid: { 'recipe.batch': [] } }, /grid/],
    [{ grid: { 'recipe.batch': [1] }, sedes: [1] }, /sedes/],
    [{ grid: { 'recipe.batch': [1] }, seeds: [1, 1] }, /every seed once/],
    [{ grid: { 'recipe.seed': [1] } }, /"seeds" instead of recipe.seed/],
    [{ grid: { batch: [1] } }, /a path below architecture or recipe, or "preset", received "batch"/],
    [{ grid: { 'recipe.bacth': [1] } }, /bacth=1: .*bacth/s],
    [{ grid: { 'recipe.batch': [0] } }, /batch=0: expected a valid batch/],
    [{ grid: { 'recipe.batch': [5, 5] } }, /expected different variants/],
    [{ grid: { 'architecture.encoder.0.pool': [3] } }, /encoder.0.pool=3: /],
    [{ base: { preset: 'huge' }, grid: { 'recipe.batch': [1] } }, /preset/],
    [{ base: { recipe: { seed: 2 } }, grid: { 'recipe.batch': [1] } }, /"seeds" beside "base"/],
    [{ base: { fit: 'crop' }, grid: { 'recipe.batch': [1] } }, /"size" beside "fit"/],
  ])('%j gives one message', (input, message) => {
    expect(() => plan(input)).toThrow(message);
    expect(() => plan(input)).toThrow(ConvaeError);
  });

  it('gives runs names that tell settings apart', () => {
    const names = (epochs: number): string[] => {
      const sweep = parseSweep(
        { base: { recipe: { epochs } }, grid: { 'recipe.batch': [5, 9] }, seeds: [1, 2] },
        'sweep.json',
      );
      return runsOf(sweep, variantsOf(sweep, image).variants, 'out').map(({ name }) => name);
    };
    expect(names(3)).toEqual(names(3));
    expect(new Set([...names(3), ...names(4)]).size).toBe(8);
    expect(names(3)[0]).toMatch(/^batch=5_seed=1_[0-9a-f]{8}$/);
  });
});
