// node scripts/run.cjs <task> [arguments]: sets up what the task needs, then runs it.
// Plain JavaScript without dependencies, as it runs before anything is installed.
import { wantsCpuBackend } from './arguments.mjs';
import { compile, compileKernels, installDependencies, prepareBackend } from './setup.mjs';
import { SetupError, say } from './steps.mjs';
import { TASKS } from './tasks.mjs';
import { ensureTestDependencies } from './test-dependencies.mjs';

const STEPS = {
  install: installDependencies,
  kernels: compileKernels,
  compile,
  backend: prepareBackend,
  tests: ensureTestDependencies,
};

function usage() {
  const lines = Object.entries(TASKS).map(([name, { help }]) => `  ${name.padEnd(11)} ${help}`);
  return `Usage: npm run TASK -- [arguments]\n${lines.join('\n')}`;
}

async function main([name, ...args]) {
  const task = Object.hasOwn(TASKS, name ?? '') ? TASKS[name] : undefined;
  if (!task) throw new SetupError(name ? `No task "${name}".\n${usage()}` : usage());
  for (const step of task.needs) {
    if (step === 'backend' && wantsCpuBackend(args)) continue;
    await STEPS[step]();
  }
  return task.run(args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
