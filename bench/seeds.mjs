/**
 * The reference recipe over several seeds: trains each seed that is not trained yet, and prints the test errors with
 * their median. A run that was stopped goes on where it was.
 *
 * npm run bench -- seeds [--seeds 1,2,3] [--epochs 30] [--preset seed] [--out runs/seeds]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    epochs: { type: 'string', default: '30' },
    preset: { type: 'string', default: 'seed' },
    out: { type: 'string', default: 'runs/seeds' },
  },
});
const cli = fileURLToPath(new URL('../packages/train/bin/convae-train.js', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));

function train(seed) {
  const folder = join(values.out, `seed${seed}`);
  const args = ['run', '--preset', values.preset, '--epochs', values.epochs, '--seed', seed, '--out', folder];
  const { status } = spawnSync(process.execPath, [cli, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  const metrics = JSON.parse(readFileSync(resolve(root, folder, 'metrics.json'), 'utf8'));
  const { mse, psnr, ssim } = metrics.distortion;
  return {
    seed,
    mse,
    psnr,
    ssim,
    dead: metrics.latent.deadChannels.length,
    minutes: metrics.training.seconds / 60,
  };
}

const results = values.seeds.split(',').map(train);
console.log(
  `\npreset ${values.preset}, ${values.epochs} epochs, test images\nseed  MSE      PSNR      SSIM   dead  minutes`,
);
for (const { seed, mse, psnr, ssim, dead, minutes } of results) {
  const columns = [
    seed.padEnd(4),
    mse.toFixed(5),
    `${psnr.toFixed(2)} dB`,
    ssim.toFixed(3),
    `${dead}   `,
    minutes.toFixed(1),
  ];
  console.log(columns.join('  '));
}
const sorted = results.map((r) => r.mse).sort((a, b) => a - b);
console.log(`median MSE ${sorted[sorted.length >> 1].toFixed(5)}, best ${sorted[0].toFixed(5)}`);
