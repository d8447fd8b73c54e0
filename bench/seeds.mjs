/**
 * A recipe over several seeds: trains each seed that is not trained yet, measures what is asked for on the test
 * images, and prints each figure with its median. A run that was stopped goes on where it was. By default this is the
 * reference recipe; what stands behind a further -- goes to `convae-train run`.
 *
 * npm run bench -- seeds [--seeds 1,2,3] [--epochs 30] [--preset reference] [--out runs/seeds]
 *   [--artifacts] [--denoising] [--features] [--anomaly idx:DIR] [--limit 1000] [--tune 30] [-- --batch 50 --noise 0.1..0.8]
 *
 * --limit takes so many test images for --artifacts and --denoising, where the classical filters take long; --tune
 * so many validation images for their settings.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    epochs: { type: 'string', default: '30' },
    preset: { type: 'string', default: 'reference' },
    out: { type: 'string', default: 'runs/seeds' },
    artifacts: { type: 'boolean', default: false },
    denoising: { type: 'boolean', default: false },
    features: { type: 'boolean', default: false },
    anomaly: { type: 'string' },
    limit: { type: 'string' },
    tune: { type: 'string', default: '100' },
  },
});
const cli = fileURLToPath(new URL('../packages/train/bin/convae-train.js', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));
const limited = values.limit === undefined ? [] : ['--limit', values.limit];

function convae(...args) {
  const { status } = spawnSync(process.execPath, [cli, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Whether all epochs of a run were trained, and its bundle measured. */
function isFinished(folder) {
  const [epochs, metrics] = ['epochs.jsonl', 'metrics.json'].map((file) => resolve(root, folder, file));
  if (!existsSync(epochs) || !existsSync(metrics)) return false;
  return readFileSync(epochs, 'utf8').trimEnd().split('\n').length >= Number(values.epochs);
}

/** The artifact measure of the run alone: artifacts.json may tell of others, too. */
function artifactMeasure(folder) {
  const args = [cli, 'artifacts', folder, ...limited, '--json'];
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) process.exit(status ?? 1);
  return JSON.parse(stdout).decoders[0].artifact;
}

/** What a command writes into a folder, measured now where it is not there. */
function measured(folder, file, ...command) {
  const path = resolve(root, folder, file);
  if (!existsSync(path)) convae(...command);
  return JSON.parse(readFileSync(path, 'utf8'));
}

function errorFigures({ distortion, latent, training }) {
  return {
    MSE: [distortion.mse, 5],
    'PSNR dB': [distortion.psnr, 2],
    SSIM: [distortion.ssim, 3],
    'dead channels': [latent.deadChannels.length, 0],
    minutes: [training.seconds / 60, 1],
  };
}

/** The network and the best filter at each level. */
function denoisingFigures({ levels }) {
  const pairs = levels.flatMap(({ level, network, filters }) => {
    const best = filters.reduce((a, b) => (b.psnr > a.psnr ? b : a));
    return [
      [`noise ${level}: network dB`, [network.psnr, 2]],
      [`noise ${level}: ${best.filter} dB`, [best.psnr, 2]],
    ];
  });
  return Object.fromEntries(pairs);
}

function featureFigures({ probes = [], neighbours = [], anomaly }) {
  const percent = (name, list) =>
    list.map(({ representation, size, testAccuracy }) => [
      `${name}, ${size} ${representation} %`,
      [100 * testAccuracy, 2],
    ]);
  const curves = (anomaly?.curves ?? []).map(({ score, auc }) => [`AUC, ${score}`, [auc, 4]]);
  return Object.fromEntries([
    ...percent('linear probe', probes),
    ...percent('neighbours', neighbours),
    ...curves,
  ]);
}

function figuresOf(seed) {
  const folder = join(values.out, `seed${seed}`);
  const recipe = ['--preset', values.preset, '--epochs', values.epochs, ...positionals];
  if (!isFinished(folder)) convae('run', ...recipe, '--seed', seed, '--out', folder);
  const figures = errorFigures(JSON.parse(readFileSync(resolve(root, folder, 'metrics.json'), 'utf8')));
  if (values.artifacts) figures['artifact measure'] = [artifactMeasure(folder), 3];
  if (values.denoising)
    Object.assign(
      figures,
      denoisingFigures(
        measured(folder, 'denoising.json', 'denoising', folder, ...limited, '--tune', values.tune),
      ),
    );
  if (values.features || values.anomaly !== undefined) {
    const others = values.anomaly === undefined ? [] : ['--anomaly', values.anomaly];
    const features = measured(folder, 'features.json', 'features', folder, ...others);
    Object.assign(figures, featureFigures(features));
  }
  return figures;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const seeds = values.seeds.split(',');
const results = seeds.map(figuresOf);
const names = Object.keys(results[0]).filter((name) => results.every((figures) => name in figures));
const width = Math.max(...names.map((name) => name.length));
const cells = (list) => list.map((text) => text.padStart(9)).join('');
console.log(`\npreset ${values.preset}, ${values.epochs} epochs, test images`);
console.log(`${'seed'.padEnd(width)}${cells([...seeds, 'median'])}`);
for (const name of names) {
  const digits = results[0][name][1];
  const numbers = results.map((figures) => figures[name][0]);
  console.log(
    `${name.padEnd(width)}${cells([...numbers, median(numbers)].map((number) => number.toFixed(digits)))}`,
  );
}
