import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCodec } from '@convae/runtime';
import { openDataset } from '@convae/train';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finished, run, start } from './command.js';

let folder: string;
const out = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-pipeline-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const RESULTS = [
  'bundle/encoder.onnx',
  'bundle/decoder.onnx',
  'bundle/manifest.json',
  'metrics.json',
  'report.html',
  'comparison.png',
  'loss.png',
  'epochs.jsonl',
];
const small = ['--preset', 'reference', '--limit', '400', '--epochs', '2'];

async function readJson(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
}

describe('the whole way', () => {
  it('leaves bundle, metrics, report, pictures and log, and says what an image takes', async () => {
    const { code, stdout } = await run('convae-train', ['run', ...small, '--out', out('whole')]);
    expect(code).toBe(0);
    for (const file of RESULTS) await access(out(`whole/${file}`));
    expect(stdout).toMatch(/PSNR\s+[\d.]+ dB/);
    expect(stdout).toMatch(/entropy-coded\s+[\d.]+ bytes\/image/);
    expect(stdout).toMatch(/report\.html/);
    expect((await readFile(out('whole/epochs.jsonl'), 'utf8')).trimEnd().split('\n')).toHaveLength(2);
    expect(await readJson(out('whole/run.json'))).toHaveProperty('computing', {
      TF_NUM_INTRAOP_THREADS: expect.any(String),
      TF_NUM_INTEROP_THREADS: expect.any(String),
      TF_ENABLE_ONEDNN_OPTS: expect.any(String),
    });
  });

  it('measures what the exported bundle really gives', async () => {
    const metrics = (await readJson(out('whole/metrics.json'))) as { distortion: { mse: number } };
    const test = await (await openDataset('mnist', { limit: 400 })).loadTest();
    const codec = await loadCodec(out('whole/bundle'));
    const { images } = await codec.roundTrip(test);
    await codec.dispose();
    const squared = test.data.reduce((sum, byte, i) => sum + ((byte - images.data[i]!) / 255) ** 2, 0);
    expect(metrics.distortion.mse).toBeCloseTo(squared / test.data.length, 8);
  });

  it('run again trains no further and keeps the weights', async () => {
    const before = await readFile(out('whole/bundle/encoder.onnx'));
    const { code, stdout } = await run('convae-train', ['run', ...small, '--out', out('whole')]);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/epoch \d/);
    expect(await readFile(out('whole/bundle/encoder.onnx'))).toEqual(before);
  });

  it('refuses to mix two runs, and says how to go on', async () => {
    const { code, stderr } = await run('convae-train', [
      'run',
      ...small,
      '--seed',
      '9',
      '--out',
      out('whole'),
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/other settings \(seed 1 there, 9 now\).*--out.*--force/);
  });

  it('goes on under its own settings with --resume alone', async () => {
    const { code, stdout } = await run('convae-train', [
      'train',
      '--resume',
      '--epochs',
      '3',
      '--out',
      out('whole'),
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^epoch 3\/3/m);
    expect(stdout).not.toMatch(/^epoch 2\/3/m);
  });

  it('exports and evaluates a run again by themselves', async () => {
    await rm(out('whole/bundle'), { recursive: true });
    await rm(out('whole/report.html'));
    expect((await run('convae-train', ['export', out('whole'), '--optimize'])).code).toBe(0);
    const { code, stdout } = await run('convae-train', ['evaluate', out('whole')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/PSNR/);
    for (const file of RESULTS) await access(out(`whole/${file}`));
  });
});

describe('a shipped bundle', () => {
  it('loads, and its card tells the measured figures', async () => {
    const { code } = await run('convae-train', ['ship', out('whole'), '-o', out('shipped')]);
    expect(code).toBe(0);
    const codec = await loadCodec(out('shipped'));
    expect(codec.manifest.name).toBe('mnist-reference');
    await codec.dispose();
    const card = await readFile(out('shipped/README.md'), 'utf8');
    const { distortion } = (await readJson(out('whole/metrics.json'))) as { distortion: { mse: number } };
    expect(card).toContain(`| ${distortion.mse.toFixed(5)} |`);
    expect(card).toContain('## Real bytes');
    for (const file of ['comparison.png', 'loss.png']) {
      expect(card).toContain(`](${file})`);
      await access(out(`shipped/${file}`));
    }
  });

  it('needs an evaluated run', async () => {
    const { code, stderr } = await run('convae-train', ['ship', out('nowhere'), '-o', out('unshipped')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/expected an evaluated run/);
  });
});

describe('a run that is stopped', () => {
  it('by kill -9 goes on and ends with the weights of an uninterrupted one', async () => {
    const args = ['train', '--preset', 'reference', '--limit', '1000', '--epochs', '4'];
    expect((await run('convae-train', [...args, '--out', out('calm')])).code).toBe(0);
    const child = start('convae-train', [...args, '--out', out('killed')]);
    const ended = finished(child);
    let printed = '';
    child.stdout!.on('data', (bytes) => {
      printed += bytes;
      // The launcher waits for the training process; both must go, as with a power cut.
      if (/epoch 2\/4/.test(printed)) child.kill('SIGKILL');
    });
    expect((await ended).code).not.toBe(0);
    await writerIsGone(out('killed/checkpoints'));
    expect((await run('convae-train', ['train', '--resume', '--out', out('killed')])).code).toBe(0);
    const last = async (name: string): Promise<unknown> => {
      const body = (await readFile(out(`${name}/checkpoints/last.json`), 'utf8')).split('\n')[1]!;
      const { parameters, adam, best } = JSON.parse(body) as Record<string, unknown>;
      return { parameters, adam, best };
    };
    expect(await last('killed')).toEqual(await last('calm'));
  });

  it('by Ctrl-C still exports and evaluates what it has', async () => {
    const child = start('convae-train', [
      'run',
      '--preset',
      'reference',
      '--limit',
      '400',
      '--epochs',
      '500',
      '--out',
      out('stopped'),
    ]);
    child.stdout!.on('data', (bytes: Buffer) => {
      if (/epoch +1\/500/.test(bytes.toString())) child.kill('SIGINT');
    });
    const { code, stdout, stderr } = await finished(child);
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    expect(stdout).toMatch(/--resume/);
    for (const file of RESULTS) await access(out(`stopped/${file}`));
  });
});

/** Wait until nobody writes checkpoints any more. */
async function writerIsGone(path: string): Promise<void> {
  let before = '';
  for (;;) {
    const now = (
      await Promise.all((await readdir(path)).map((f) => readFile(join(path, f), 'base64')))
    ).join();
    if (now === before) return;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
}

/** What is said on the way of a folder that takes more than some seconds to read. */
const withoutProgress = (stderr: string): string => stderr.replace(/^reading .*\n/gm, '');

describe('own images', () => {
  it('in colour, of several sizes, cropped to one, go the whole way', async () => {
    await mkdir(out('photos'));
    for (let i = 0; i < 40; i++) {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${30 + (i % 5)}" height="${29 + (i % 3)}"><rect width="100%" height="100%" fill="hsl(${i * 9},60%,50%)"/><circle cx="${i % 20}" cy="15" r="7" fill="white"/></svg>`;
      await sharp(Buffer.from(svg))
        .png()
        .toFile(out(`photos/${i}.png`));
    }
    const args = [
      'run',
      '--data',
      `images:${out('photos')}`,
      '--preset',
      'reference',
      '--fit',
      'crop',
      '--epochs',
      '2',
      '--out',
      out('photo-run'),
    ];
    const { code, stderr } = await run('convae-train', args);
    expect(withoutProgress(stderr)).toBe('');
    expect(code).toBe(0);
    const codec = await loadCodec(out('photo-run/bundle'));
    expect(codec.manifest.image).toMatchObject({ channels: 3, height: 28, width: 28, multiple: 4 });
    await codec.dispose();
    const again = [
      ['train', '--resume', '--epochs', '3', '--out', out('photo-run')],
      ['export', out('photo-run')],
      ['evaluate', out('photo-run')],
    ];
    for (const args of again) {
      const { code, stderr } = await run('convae-train', args);
      expect([code, withoutProgress(stderr)]).toEqual([0, '']);
    }
  });
});

describe('rubbish', () => {
  const usage = 2;
  const failure = 1;
  const cases: [string, string[], number, RegExp][] = [
    ['an unknown flag', ['run', '--sped', '3'], usage, /unknown option '--sped'/],
    ['epochs that are no number', ['run', '--epochs', 'many'], usage, /expected a number/],
    [
      'a folder that does not exist',
      ['run', '--data', 'images:/does/not/exist'],
      failure,
      /does\/not\/exist/,
    ],
  ];

  it.each(cases)('%s gives one message and writes nothing', async (_name, args, code, message) => {
    const empty = await mkdtemp(join(folder, 'empty-'));
    const writes = args[0] === 'run' ? ['--out', join(empty, 'run')] : [];
    const result = await run('convae-train', [...args, ...writes], empty);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/\n {4}at /);
    expect(result.code).toBe(code);
    expect(await readdir(empty)).toEqual([]);
  });

  it('in an architecture file is told by field', async () => {
    await writeFile(
      out('bad.json'),
      JSON.stringify({ encoder: [{ kind: 'conv', filters: 0 }], decoder: [] }),
    );
    const { code, stderr } = await run('convae-train', [
      'run',
      '--architecture',
      out('bad.json'),
      '--out',
      out('never'),
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/filters/);
  });

  it('in run.json is told, not trusted', async () => {
    await mkdir(out('odd'));
    await writeFile(out('odd/run.json'), '{"format":"something else"}');
    const { code, stderr } = await run('convae-train', ['run', ...small, '--out', out('odd')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/expected a convae-run of version 1/);
    expect(await readdir(out('odd'))).toEqual(['run.json']);
  });

  it('in the place of the run folder is told', async () => {
    await writeFile(out('file'), 'a file');
    const { code, stderr } = await run('convae-train', ['run', ...small, '--out', out('file')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot create the folder/);
    expect(await readFile(out('file'), 'utf8')).toBe('a file');
  });
});
