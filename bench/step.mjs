/**
 * Time of one training step of the reference network, side by side in one run: this project's step, tfjs's own
 * model.fit on the same backend, and PyTorch on the CPU where python3 has it (bench/step_pytorch.py).
 *
 * npm run bench -- step [--batch 20] [--rounds 5]
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { batch: { type: 'string', default: '20' }, rounds: { type: 'string', default: '5' } },
});
const [batch, rounds] = [Number(values.batch), Number(values.rounds)];

const { launchEnvironment } = await import('../packages/train/dist/setup/index.js');
const { cpus } = await import('node:os');
const settings = launchEnvironment({ argv: ['--batch', String(batch)], env: {}, cores: cpus().length });

/** Runs one contender in a process of its own and returns its median milliseconds a step. */
function contender(command, args, env) {
  const run = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  const match = /^median_ms ([\d.]+)$/m.exec(run.stdout ?? '');
  return match ? Number(match[1]) : undefined;
}

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const contenders = {
  'convae step': () => contender(process.execPath, [here('step-tfjs.mjs'), 'own', String(batch)], settings),
  'tfjs model.fit': () => contender(process.execPath, [here('step-tfjs.mjs'), 'fit', String(batch)], {}),
  'PyTorch, 1 thread': () => contender('python3', [here('step_pytorch.py'), '1', String(batch)], {}),
  'PyTorch, 2 threads': () => contender('python3', [here('step_pytorch.py'), '2', String(batch)], {}),
};

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, run] of Object.entries(contenders)) {
    const time = run();
    if (time !== undefined) times[name].push(time);
  }
}

const own = times['convae step'];
console.log(`training step of the reference network, batch ${batch}, ${rounds} rounds in turn, medians`);
for (const [name, list] of Object.entries(times)) {
  if (list.length < rounds) {
    console.log(`  ${name.padEnd(20)} not available here`);
    continue;
  }
  // Ratios pair by pair within a round, so that a drift of the machine's speed does not matter.
  const ratio = median(own.map((time, round) => time / list[round]));
  console.log(
    `  ${name.padEnd(20)} ${median(list).toFixed(2).padStart(7)} ms   convae takes ${ratio.toFixed(2)}× its time`,
  );
}
