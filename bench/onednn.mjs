/**
 * Training speed with TensorFlow's oneDNN kernels off and on, in turn within one run: the reference recipe and the
 * recipes for rate and distortion. `launchEnvironment` says why they are off although they can be faster.
 *
 * npm run bench -- onednn [--rounds 3] [--limit 6000] [--recipes reference,rate-low,rate-medium,rate-high,rate-fast]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    limit: { type: 'string', default: '6000' },
    recipes: { type: 'string', default: 'reference,rate-low,rate-medium,rate-high,rate-fast' },
  },
});
const COMMAND = fileURLToPath(new URL('../packages/train/bin/convae-train.js', import.meta.url));
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** Images a second of the second of two epochs: the first one also loads and warms up. */
function speed(recipe, onednn, folder) {
  const named = recipe === 'reference' ? [] : ['--recipe', recipe];
  const args = ['train', ...named, '--epochs', '2', '--limit', values.limit, '--out', folder, '--force'];
  const env = { ...process.env, TF_ENABLE_ONEDNN_OPTS: onednn };
  const { status, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`convae-train ${args.join(' ')} failed:\n${stderr}`);
  const epochs = readFileSync(join(folder, 'epochs.jsonl'), 'utf8').trimEnd().split('\n');
  return JSON.parse(epochs[1]).imagesPerSecond;
}

const folder = mkdtempSync(join(tmpdir(), 'convae-onednn-'));
try {
  console.log(`training, images/s, medians of ${values.rounds} rounds in turn`);
  for (const recipe of values.recipes.split(',')) {
    const off = [];
    const on = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      off.push(speed(recipe, '0', join(folder, 'run')));
      on.push(speed(recipe, '1', join(folder, 'run')));
    }
    const ratio = median(on.map((each, round) => each / off[round]));
    console.log(
      `  ${recipe.padEnd(12)} oneDNN off ${median(off).toFixed(0).padStart(6)}   on ${median(on).toFixed(0).padStart(6)}   on/off ${ratio.toFixed(2)}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
