// The tasks of run.mjs: what each needs to be set up, and what it runs.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withDefaults } from './arguments.mjs';
import { ROOT, runTask, SetupError } from './steps.mjs';

/** The folder in which the user called npm: relative paths in arguments of convae-train are meant from there. */
const CALLED_FROM = process.env.INIT_CWD ?? process.cwd();
const BENCHES = join(ROOT, 'bench');

const node = (script, ...args) => runTask(process.execPath, [join(ROOT, script), ...args]);
const train = (...args) =>
  runTask(process.execPath, [join(ROOT, 'packages/train/bin/convae-train.js'), ...args], {
    cwd: CALLED_FROM,
  });
/** The reference network, unless the arguments choose another way. */
function run(epochs, folder, args) {
  const other = ['--recipe', '--architecture', '--psnr', '--bytes', '--resume'];
  const chosen = args.some((argument) => other.includes(argument.split('=')[0]));
  const network = chosen ? {} : { '--preset': 'reference' };
  return train(
    'run',
    ...withDefaults({ ...network, '--epochs': epochs, '--out': join(ROOT, 'runs', folder) }, args),
  );
}
const typecheck = (args = []) => node('node_modules/typescript/bin/tsc', '-b', ...args);

/** Style and format with Biome, which the arguments are for; then exports, files and dependencies that nothing uses. */
async function lint(args) {
  const code = await node('node_modules/@biomejs/biome/bin/biome', 'check', '.', ...args);
  return code === 0 ? node('node_modules/knip/bin/knip.js') : code;
}

const VITEST = 'node_modules/vitest/vitest.mjs';

/** Runs vitest as the training process is run, so that results are the same and TensorFlow keeps quiet. */
async function test(args) {
  const { launch } = await import(pathToFileURL(join(ROOT, 'packages/train/dist/setup/launch.js')).href);
  process.chdir(ROOT);
  // Tests are small: one thread is faster, and its sums are the same everywhere.
  process.env.TF_NUM_INTRAOP_THREADS ??= '1';
  process.env.TF_NUM_INTEROP_THREADS ??= '1';
  return launch({ script: join(ROOT, VITEST), argv: ['run', ...args] });
}

/** Once, or with --watch after every save. */
const testUnits = (args) =>
  node(VITEST, ...(args.includes('--watch') ? [] : ['run']), '--project', 'unit', ...args);

async function check() {
  for (const step of [lint, typecheck, test]) {
    const code = await step([]);
    if (code !== 0) return code;
  }
  return 0;
}

function bench([name, ...args]) {
  const scripts = existsSync(BENCHES) ? readdirSync(BENCHES).filter((file) => file.endsWith('.mjs')) : [];
  const names = scripts.map((file) => file.slice(0, -'.mjs'.length)).sort();
  if (name === undefined) {
    console.log(
      `Benchmarks (npm run bench -- NAME):\n${names.map((each) => `  ${each}`).join('\n') || '  none yet'}`,
    );
    return 0;
  }
  if (!names.includes(name)) {
    throw new SetupError(
      `expected one of ${names.join(', ') || '(none)'} for the benchmark, received ${name}`,
    );
  }
  return node(`bench/${name}.mjs`, ...args);
}

const INSTALLED = ['install', 'kernels'];
const BUILT = ['install', 'compile'];
const READY = ['install', 'compile', 'backend'];

/** Each task: the set-up it needs, its part of the help text, and how it is run; `run` returns the exit code. */
export const TASKS = {
  start: {
    needs: READY,
    help: 'train for 5 epochs, export, evaluate, report',
    run: (args) => run('5', 'start', args),
  },
  reference: {
    needs: READY,
    help: 'the same with the full recipe of 30 epochs',
    run: (args) => run('30', 'reference', args),
  },
  test: { needs: [...READY, 'tests'], help: 'run every test; arguments go to vitest', run: test },
  'test:unit': {
    needs: BUILT,
    help: 'run the tests that need no TensorFlow, command or browser; --watch: after every save',
    run: testUnits,
  },
  'test:nodes': {
    needs: READY,
    help: "run the runtime's and the pipeline's tests on Node 22 and 24",
    run: (args) => node('scripts/other-nodes.mjs', ...args),
  },
  build: { needs: READY, help: 'compile everything', run: () => 0 },
  typecheck: { needs: INSTALLED, help: 'check the types', run: typecheck },
  docs: {
    needs: INSTALLED,
    help: 'build the API reference into docs/api',
    run: (args) => node('node_modules/typedoc/bin/typedoc', '--options', 'docs/typedoc.json', ...args),
  },
  lint: { needs: BUILT, help: 'check style and format, and that nothing is unused', run: lint },
  check: { needs: [...READY, 'tests'], help: 'lint, typecheck and test', run: check },
  train: { needs: READY, help: 'convae-train train …', run: (args) => train('train', ...args) },
  export: { needs: READY, help: 'convae-train export …', run: (args) => train('export', ...args) },
  evaluate: { needs: READY, help: 'convae-train evaluate …', run: (args) => train('evaluate', ...args) },
  'rate-distortion': {
    needs: BUILT,
    help: 'compare the bundles with other codecs: real bytes against PSNR',
    run: (args) => train('compare', ...withDefaults({ '--models': join(ROOT, 'models') }, args)),
  },
  bench: { needs: READY, help: 'run a benchmark; without a name, list them', run: bench },
  demo: {
    needs: BUILT,
    help: 'build and serve the browser demo',
    run: (args) => node('scripts/demo.mjs', ...args),
  },
};
