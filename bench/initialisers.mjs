/**
 * Validation error of the reference network after a few epochs from several ways to start it, over several seeds.
 * Test images take no part.
 *
 * npm run bench -- initialisers [--epochs 3] [--seeds 1,2,3]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { epochs: { type: 'string', default: '3' }, seeds: { type: 'string', default: '1,2,3' } },
});
const { presetSpec } = await import('../packages/train/dist/model/index.js');
const cli = fileURLToPath(new URL('../packages/train/bin/convae-train.js', import.meta.url));
const spec = presetSpec('reference', { channels: 1, height: 28, width: 28 });
const plain = { latentBias: 0, outputBias: 0 };
const initialisers = {
  'fan-in uniform': { ...plain, kernel: 'fanInUniform' },
  'He uniform': { ...plain, kernel: 'heUniform' },
  'Glorot uniform': { ...plain, kernel: 'glorotUniform' },
  'orthogonal, living latents': { kernel: 'orthogonal', latentBias: 0.2 },
  'dark polarity (the preset)': spec.initialiser,
};

const folder = mkdtempSync(join(tmpdir(), 'convae-initialisers-'));

function validationMse(initialiser, seed) {
  const architecture = join(folder, 'architecture.json');
  const out = join(folder, 'run');
  writeFileSync(architecture, JSON.stringify({ ...spec, initialiser }));
  const args = [
    'train',
    '--architecture',
    architecture,
    '--epochs',
    values.epochs,
    '--seed',
    seed,
    '--out',
    out,
    '--force',
  ];
  const { status } = spawnSync(process.execPath, [cli, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
  const last = JSON.parse(readFileSync(join(out, 'epochs.jsonl'), 'utf8').trimEnd().split('\n').at(-1));
  return `${last.validationMse.toFixed(5)}${last.deadChannels.length > 0 ? ` (${last.deadChannels.length} dead)` : ''}`;
}

console.log(`validation MSE after ${values.epochs} epochs, seeds ${values.seeds}`);
try {
  for (const [name, initialiser] of Object.entries(initialisers)) {
    const errors = values.seeds.split(',').map((seed) => validationMse(initialiser, seed));
    console.log(`  ${name.padEnd(28)} ${errors.join('  ')}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
