import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;

/** Launchers end by signals, so they run in processes of their own, from a fresh translation of the source. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-launch-'));
  for (const name of ['launch', 'launch-environment', 'resumed-run', 'chatter']) {
    const source = await readFile(new URL(`./${name}.ts`, import.meta.url), 'utf8');
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    await writeFile(
      join(folder, `${name}.js`),
      ts.transpileModule(source, { compilerOptions: options }).outputText,
    );
  }
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(
    join(folder, 'bin.js'),
    "import { launch } from './launch.js';\nconst [script, ...argv] = process.argv.slice(2);\nprocess.exitCode = await launch({ script, argv });\n",
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Launched {
  process: ChildProcess;
  output: () => string;
  errors: () => string;
  /** Resolves when the output contains the text. */
  printed: (text: string) => Promise<void>;
  exit: Promise<number | null>;
}

async function start(
  source: string,
  argv: string[] = [],
  env: Record<string, string> = {},
): Promise<Launched> {
  const script = join(folder, `script-${Math.random().toString(36).slice(2)}.js`);
  await writeFile(script, source);
  const child = spawn(process.execPath, [join(folder, 'bin.js'), script, ...argv], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const printed = async (text: string): Promise<void> => {
    while (!output.includes(text)) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { process: child, output: () => output, errors: () => errors, printed, exit };
}

const COUNT_INTERRUPTS = `
let count = 0;
process.on('SIGINT', () => {
  count += 1;
  if (count > 1) return;
  setTimeout(() => { console.log('interrupts=' + count); process.exit(7); }, 700);
});
setInterval(() => {}, 1000);
console.log('pid=' + process.pid);
`;

describe('launch', () => {
  it('starts the script with its arguments and the settings, and returns its exit code', async () => {
    const source = `console.log(JSON.stringify([process.argv.slice(2), process.env.TF_NUM_INTRAOP_THREADS,
      Number(process.env.MALLOC_MMAP_THRESHOLD_) > 0])); process.exitCode = 3;`;
    const argv = ['run', '--preset', 'reference'];
    const launched = await start(source, argv);
    expect(await launched.exit).toBe(3);
    expect(JSON.parse(launched.output())).toEqual([argv, '1', true]);
  });

  it('starts a resumed run with the threads that its first start had', async () => {
    const run = join(folder, 'rate-run');
    await mkdir(run);
    await writeFile(join(run, 'run.json'), '{"settings":{"batch":20,"rate":{"lambda":45}}}');
    const source = 'console.log(process.env.TF_NUM_INTRAOP_THREADS)';
    const resumed = await start(source, ['run', '--resume', '--out', run]);
    const anew = await start(source, ['run', '--preset', 'reference', '--out', run]);
    expect([await resumed.exit, await anew.exit]).toEqual([0, 0]);
    expect(resumed.output().trim()).toBe(String(availableParallelism()));
    expect(anew.output().trim()).toBe('1');
  });

  it('starts a resumed run with the kernels and threads that it recorded, but for those that the user sets', async () => {
    const run = join(folder, 'recorded-run');
    await mkdir(run);
    const computing = { TF_ENABLE_ONEDNN_OPTS: '0', TF_NUM_INTRAOP_THREADS: '7', PATH: 'not one of them' };
    await writeFile(join(run, 'run.json'), JSON.stringify({ settings: { batch: 20 }, computing }));
    const source = `const { TF_ENABLE_ONEDNN_OPTS, TF_NUM_INTRAOP_THREADS, PATH } = process.env;
      console.log(TF_ENABLE_ONEDNN_OPTS, TF_NUM_INTRAOP_THREADS, PATH.includes('not one'));`;
    const argv = ['run', '--resume', '--out', run];
    const resumed = await start(source, argv);
    const overruled = await start(source, argv, { TF_ENABLE_ONEDNN_OPTS: '1' });
    expect([await resumed.exit, await overruled.exit]).toEqual([0, 0]);
    expect(resumed.output().trim()).toBe('0 7 false');
    expect(overruled.output().trim()).toBe('1 7 false');
  });

  it("leaves TensorFlow's chatter out of standard error, and nothing else", async () => {
    const source = `import { writeSync } from 'node:fs';
      writeSync(2, 'I0000 00:00:1795780445.4    3281 port.cc:153] chatter\\nE0000 00:00:1.4    1 a.cc:1] trouble\\n');
      console.error('own line'); console.log('out');`;
    const launched = await start(source);
    expect(await launched.exit).toBe(0);
    expect(launched.errors()).toBe('E0000 00:00:1.4    1 a.cc:1] trouble\nown line\n');
  });

  it('lets settings of the user win', async () => {
    const source = 'console.log(process.env.TF_NUM_INTRAOP_THREADS)';
    const launched = await start(source, [], { TF_NUM_INTRAOP_THREADS: '3' });
    expect(await launched.exit).toBe(0);
    expect(launched.output().trim()).toBe('3');
  });

  it('hands on an interrupt once, though it arrives several times, and waits for the end', async () => {
    const launched = await start(COUNT_INTERRUPTS);
    await launched.printed('pid=');
    for (let times = 0; times < 3; times += 1) {
      launched.process.kill('SIGINT');
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(await launched.exit).toBe(7);
    expect(launched.output()).toContain('interrupts=1');
  });

  it('returns 128 + the number of the signal that ended the script', async () => {
    const launched = await start("console.log('up'); setInterval(() => {}, 1000);");
    await launched.printed('up');
    launched.process.kill('SIGTERM');
    expect(await launched.exit).toBe(128 + 15);
  });

  it('does not leave the script behind when it is killed itself', async () => {
    const launched = await start("console.log('pid=' + process.pid + ';'); setInterval(() => {}, 1000);");
    await launched.printed(';');
    const pid = Number(/pid=(\d+)/.exec(launched.output())?.[1]);
    launched.process.kill('SIGKILL');
    await launched.exit;
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
