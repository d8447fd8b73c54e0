// Runs the runtime's and the pipeline's tests on the other supported Node versions, which npx fetches.
import { ROOT, runTask } from './steps.mjs';

const NODES = ['node@22', 'node@24'];

/** The tests outside the browser, by their folders; further arguments go to vitest. */
const FOLDERS = ['--project', 'node', 'packages/runtime/', 'test/'];

const results = [];
for (const version of NODES) {
  console.log(`\n== ${version}`);
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...FOLDERS, ...process.argv.slice(2)];
  const code = await runTask('npx', ['--yes', version, ...vitest], {
    cwd: ROOT,
    env: { npm_config_loglevel: 'error', TF_CPP_MIN_LOG_LEVEL: '2' },
  });
  results.push({ version, code });
}

console.log();
for (const { version, code } of results) {
  console.log(`${version}: ${code === 0 ? 'passed' : `FAILED (exit code ${code})`}`);
}
process.exitCode = results.every(({ code }) => code === 0) ? 0 : 1;
