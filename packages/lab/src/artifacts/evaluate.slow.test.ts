import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCodec } from '@convae/runtime';
import { type EvaluateOptions, evaluateBundle, presetSpec, renewReport } from '@convae/train/kit';
import { tinyImages, tinyRun } from '@convae/train/testing';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluations } from '../evaluations.js';
import { type ArtifactsOptions, evaluateArtifacts } from './evaluate.js';
import { measureArtifacts } from './measure.js';
import { type Artifacts, artifactsFile } from './schema.js';

const image = { channels: 1, height: 28, width: 28 } as const;
const test = tinyImages({ count: 30, ...image, labelled: true });
let runs: EvaluateOptions[];
let options: ArtifactsOptions;
let artifacts: Artifacts;

beforeAll(async () => {
  runs = [
    await tinyRun(presetSpec('reference', image), test),
    await tinyRun(presetSpec('upsample-nearest', image), test),
  ];
  await evaluateBundle({ ...runs[0]!, evaluations });
  options = {
    bundles: runs.map(({ bundleDir }, i) => ({ title: `net <${i}>`, folder: bundleDir })),
    test,
    dataset: runs[0]!.dataset,
    folders: runs.map(({ runDir }) => runDir),
    command: 'convae-train artifacts a b',
  };
  artifacts = await evaluateArtifacts(options);
});
afterAll(() => Promise.all(runs.map(({ runDir }) => rm(runDir, { recursive: true }))));

describe('evaluateArtifacts', () => {
  it('writes what it returns, and a readable picture, into each folder', async () => {
    for (const { runDir } of runs) {
      const text = await readFile(join(runDir, 'artifacts.json'), 'utf8');
      expect(artifactsFile.parse(JSON.parse(text))).toEqual(artifacts);
      const { width, height } = await sharp(join(runDir, 'artifacts.png')).metadata();
      expect(width).toBeGreaterThanOrEqual(720);
      expect(height).toBeGreaterThan(3 * 196);
    }
  });

  it('measures what the codec gives a user, beside the originals', async () => {
    const codec = await loadCodec(runs[1]!.bundleDir);
    const { images } = await codec.roundTrip(test);
    await codec.dispose();
    const cell = { height: 4, width: 4 };
    expect(artifacts.cell).toEqual(cell);
    expect(artifacts.originals).toEqual(measureArtifacts(test, cell));
    const { measure, artifact } = artifacts.decoders[1]!;
    expect(measure).toEqual(measureArtifacts(images, cell));
    expect(artifact).toBeCloseTo(measure.ratio! / artifacts.originals.ratio!, 12);
  });

  it('shows in reports: in those that were there, renewed not repeated, and in those made later', async () => {
    const { runDir } = runs[0]!;
    const sections = async (folder: string): Promise<string[]> =>
      [...(await readFile(join(folder, 'report.html'), 'utf8')).matchAll(/<section id="([^"]+)"/g)].map(
        ([, id]) => id!,
      );
    expect(await sections(runDir)).not.toContain('artifacts');
    for (let time = 0; time < 2; time++) {
      expect(await renewReport(runDir, evaluations)).toBe(true);
      expect((await sections(runDir)).filter((id) => id === 'artifacts')).toHaveLength(1);
    }
    const inserted = await readFile(join(runDir, 'report.html'), 'utf8');
    expect(inserted.match(/href="#artifacts"/g)).toHaveLength(1);
    expect(inserted).toContain('net &lt;0&gt;');
    const places = await sections(runDir);
    await evaluateBundle({ ...runs[0]!, evaluations });
    expect(await sections(runDir)).toEqual(places);
    expect(await renewReport(runs[1]!.runDir, evaluations)).toBe(false);
  });

  it('leaves figures of other graphs out of a report', async () => {
    const { runDir } = runs[0]!;
    await evaluateArtifacts({ ...options, bundles: [options.bundles[1]!], folders: [runDir] });
    await evaluateBundle({ ...runs[0]!, evaluations });
    expect(await readFile(join(runDir, 'report.html'), 'utf8')).not.toContain('id="artifacts"');
  });

  it('refuses latents without cells, and no images, before anything is written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'convae-artifacts-'));
    const none = { ...test, count: 0, data: new Uint8Array() };
    await expect(evaluateArtifacts({ ...options, folders: [folder], test: none })).rejects.toThrow(
      'expected at least 1 image for test',
    );
    await expect(evaluateArtifacts({ ...options, folders: [folder], cell: 28 })).rejects.toThrow(RangeError);
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });
});
