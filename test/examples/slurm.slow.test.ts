import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatIdxImages } from '../../packages/runtime/src/idx/index.js';
import { createCodedBundle } from '../../packages/runtime/src/testing/coded-bundle.js';
import { noiseImages } from '../../packages/runtime/src/testing/expectations.js';
import { run } from '../command.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPTS = ['encode', 'merge'].map((name) => join(ROOT, `examples/slurm/${name}.sbatch`));
const SHELLCHECK = spawnSync('shellcheck', ['--version']).status === 0;
if (!SHELLCHECK) console.warn('SKIPPED: the check of examples/slurm: shellcheck is not installed');

let folder: string;
const path = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-slurm-'));
  await mkdir(path('bundle'));
  const { contents } = await createCodedBundle();
  for (const [name, bytes] of contents) await writeFile(join(path('bundle'), name), bytes);
  await writeFile(path('images.idx'), formatIdxImages(noiseImages(8)));
  // Where npm install puts the command.
  await mkdir(path('node_modules/.bin'), { recursive: true });
  await symlink(join(ROOT, 'packages/runtime/bin/convae.js'), path('node_modules/.bin/convae'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the scripts for Slurm', () => {
  it.runIf(SHELLCHECK)('are clean', () => {
    execFileSync('shellcheck', ['--shell=bash', ...SCRIPTS]);
  });

  it('encode and merge to the bytes of one machine, run as sbatch runs them', {
    timeout: 300_000,
  }, async () => {
    for (const task of ['1', '2']) {
      const env = { ...process.env, SLURM_ARRAY_TASK_ID: task, SLURM_ARRAY_TASK_MAX: '2' };
      const args = [SCRIPTS[0]!, path('bundle'), path('all.cae'), path('images.idx')];
      execFileSync('bash', args, { cwd: folder, env, stdio: 'pipe' });
    }
    execFileSync('bash', [SCRIPTS[1]!, '2', path('all.cae')], { cwd: folder, stdio: 'pipe' });
    const where = ['-o', path('whole.cae'), '--bundle', path('bundle'), '--chunk', '4'];
    expect((await run('convae', ['encode', path('images.idx'), ...where])).code).toBe(0);
    expect(await readFile(path('all.cae'))).toEqual(await readFile(path('whole.cae')));
  });
});
