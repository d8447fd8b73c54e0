import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Manifest, qualityCount } from '@convae/runtime/core';
import { Command } from 'commander';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeIdxImages } from '../dataset/idx-file.js';
import { loadCheckpoint } from '../training/checkpoint.js';
import { discs } from '../training/rate/discs.test.support.js';
import { nearestTo } from '../training/rate/target.js';
import { addCommands } from './commands.js';

let root: string;
const said: string[] = [];
beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation((line) => void said.push(String(line)));
  root = await mkdtemp(join(tmpdir(), 'convae-target-run-'));
  await mkdir(join(root, 'data'));
  await writeIdxImages(join(root, 'data', 'train-images'), discs(240, 1));
  await writeIdxImages(join(root, 'data', 't10k-images'), discs(40, 2));
});
beforeEach(() => {
  said.length = 0;
});
afterAll(() => {
  vi.restoreAllMocks();
  return rm(root, { recursive: true, force: true });
});

/** Runs a command in this process. */
async function command(...args: string[]): Promise<void> {
  const program = new Command('convae-train').exitOverride();
  addCommands(program, []);
  await program.parseAsync(args, { from: 'user' });
}

const out = (name: string): string => join(root, name);
const data = (): string[] => ['--data', `idx:${join(root, 'data')}`, '--validation', '40'];
const settings = async (name: string) =>
  JSON.parse(await readFile(join(out(name), 'run.json'), 'utf8')).settings;
const manifestOf = async (name: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(out(name), 'bundle', 'manifest.json'), 'utf8'));

describe('convae-train run --psnr', () => {
  it('chooses a network, follows the target and says what it reached', async () => {
    await command('run', ...data(), '--psnr', '24', '--epochs', '40', '--out', out('psnr'));
    expect(said[0]).toMatch(/^chosen for 200 grey images of 12×12: patches of 4×4/);
    const { architecture, rate, epochs, batch } = await settings('psnr');
    expect([architecture.name, rate.target, epochs, batch]).toEqual(['patch-4', { psnr: 24 }, 40, 16]);
    const { rates, quality, quantizer, training } = await manifestOf('psnr');
    const reached = rates!.map((each) => ({
      psnr: each.validationPsnr!,
      bytes: each.validationBytesPerImage,
    }));
    expect(quality).toBe(nearestTo({ psnr: 24 }, reached));
    expect(Math.abs(reached[quality!]!.psnr - 24)).toBeLessThan(0.3);
    expect(qualityCount(quantizer!)).toBe(5);
    const lambdas = training.lambdas as number[];
    expect(lambdas[2]).not.toBe(rate.lambdas[2]);
    expect(lambdas[4]! / lambdas[0]!).toBeCloseTo(rate.lambdas[4] / rate.lambdas[0], 1);
    expect(said.join('\n')).toMatch(/default quality, \d: .* dB (above|below) the target of 24 dB/);
  }, 240_000);

  it('goes on with a run under the lambdas that it began with', async () => {
    await command('train', ...data(), '--bytes', '9', '--epochs', '2', '--out', out('bytes'));
    const begun = await settings('bytes');
    expect(begun.rate.target).toEqual({ bytes: 9 });
    await command('train', '--resume', '--out', out('bytes'));
    await command('train', ...data(), '--bytes', '9', '--epochs', '2', '--out', out('bytes'));
    expect(await settings('bytes')).toEqual(begun);
    expect((await loadCheckpoint(join(out('bytes'), 'checkpoints', 'last.json'))).octaves).not.toBe(0);
    await expect(command('train', '--resume', '--psnr', '20', '--out', out('bytes'))).rejects.toThrow(
      /other settings/,
    );
  }, 120_000);

  it('keeps networks and numbers that the command line names', async () => {
    const named = ['--preset', 'dense-64', '--psnr', '20', '--batch', '40', '--epochs', '1'];
    await command('train', ...data(), ...named, '--out', out('named'));
    const { architecture, rate, batch } = await settings('named');
    expect([architecture.name, batch, rate.context.radius]).toEqual(['dense-64', 40, 0]);
  }, 60_000);

  it('trains for rate without a target too, and never the reference network by itself', async () => {
    await command('train', ...data(), '--epochs', '1', '--out', out('free'));
    const { architecture, rate } = await settings('free');
    expect([architecture.name, rate.target, rate.lambdas.length]).toEqual(['patch-4', null, 5]);
  }, 60_000);
});
