// Runs `npm test` for the runtime and the pipeline on the other supported Node versions, which npx fetches.
import { runTask } from './steps.mjs';

const NODES = ['node@22', 'node@24'];

/** The tests outside the browser, by their folders; further arguments go to vitest. */
const TESTS = ['--project', 'unit', '--project', 'slow', 'packages/runtime/', 'test/'];

const results = [];
for (const version of NODES) {
  console.log(`\n== ${version}`);
  const task = ['scripts/run.mjs', 'test', ...TESTS, ...process.argv.slice(2)];
  const code = await runTask('npx', ['--yes', version, ...task], { env: { npm_config_loglevel: 'error' } });
  results.push({ version, code });
}

console.log();
for (const { version, code } of results) {
  console.log(`${version}: ${code === 0 ? 'passed' : `FAILED (exit code ${code})`}`);
}
process.exitCode = results.every(({ code }) => code === 0) ? 0 : 1;
