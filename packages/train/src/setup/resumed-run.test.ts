import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resumedRun } from './resumed-run.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'convae-resumed-'));
  await record('rate', JSON.stringify({ settings: { batch: 100, rate: { lambda: 45 } } }));
  await record('plain', JSON.stringify({ settings: { batch: 20, rate: null } }));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function record(name: string, text: string): Promise<void> {
  await mkdir(join(root, name), { recursive: true });
  await writeFile(join(root, name, 'run.json'), text);
}

const out = (name: string): string => join(root, name);

describe('what a resumed run recorded', () => {
  it.each([
    ['--out', (folder: string) => ['--out', folder]],
    ['--out=', (folder: string) => [`--out=${folder}`]],
    ['the last --out', (folder: string) => ['--out', 'elsewhere', '--out', folder]],
  ])('is read from the folder of %s', (_, flags) => {
    expect(resumedRun(['run', '--resume', ...flags(out('rate'))])).toEqual({ batch: 100, rate: true });
    expect(resumedRun(['train', ...flags(out('plain')), '--resume'])).toEqual({ batch: 20, rate: false });
  });

  it('has the threads and kernels of TensorFlow, and no other variable', async () => {
    const computing = { TF_NUM_INTRAOP_THREADS: '2', TF_ENABLE_ONEDNN_OPTS: 1, NODE_OPTIONS: '--evil' };
    await record('computing', JSON.stringify({ settings: {}, computing }));
    expect(resumedRun(['run', '--resume', '--out', out('computing')])).toEqual({
      rate: false,
      computing: { TF_NUM_INTRAOP_THREADS: '2' },
    });
  });

  it('is nothing without --resume, and after --', () => {
    expect(resumedRun(['run', '--out', out('rate')])).toBeUndefined();
    expect(resumedRun(['run', '--out', out('rate'), '--', '--resume'])).toBeUndefined();
  });

  it.each([
    ['{'],
    ['null'],
    ['[]'],
    ['{"settings":null}'],
    [`{"settings":{"batch":128,"filler":"${'x'.repeat(1 << 20)}"}}`],
  ])('is nothing where run.json is unusable', async (text) => {
    await record('unusable', text);
    expect(resumedRun(['run', '--resume', '--out', out('unusable')])).toBeUndefined();
  });

  it('is nothing where there is no run', () => {
    expect(resumedRun(['run', '--resume', '--out', out('nowhere')])).toBeUndefined();
    expect(resumedRun(['run', '--resume', '--out'])).toBeUndefined();
  });

  it.each(['"100"', '-1', 'null'])('leaves a batch of %s out', async (batch) => {
    await record('batch', `{"settings":{"batch":${batch},"rate":{}}}`);
    expect(resumedRun(['run', '--resume', '--out', out('batch')])).toEqual({ rate: true });
  });
});
