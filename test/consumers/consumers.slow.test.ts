import { existsSync, readFileSync } from 'node:fs';
import { cp, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, reportMissingChromium } from '../web/chromium.js';
import { openPage, type PageOutcome, startBrowser } from './browser.js';
import { startViteServer } from './dev-server.js';
import { createProject, execute, packPackage, pinned, ROOT, temporaryFolder } from './project.js';
import { type FileServer, ISOLATION, serveFolder } from './serve.js';

const INSTALL_MS = 300_000;
const RUN_MS = 200_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let tarball: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  tarball = await packPackage('runtime', folder.path);
}, INSTALL_MS);
afterAll(() => folder[Symbol.asyncDispose]());

/** What README.md says to install for the command line. */
const installLine = /^npm i @convae\/runtime onnxruntime-node .*$/m.exec(
  readFileSync(join(ROOT, 'packages/runtime/README.md'), 'utf8'),
)![0];
/** The same package in the version that the workspace has. */
const pinnedName = (name: string): Promise<string> => pinned(name.replace(/(.)@.*/, '$1'));
/** What browsers have no use for. */
const NODE_ONLY = ['sharp', 'commander', 'cli-progress', 'onnxruntime-node'];

/** One 8×8 image through the tiny bundle. */
const coded = { bytes: expect.any(Number), pixels: 64 };

describe('in Node', () => {
  let project: string;
  beforeAll(async () => {
    const packages = await Promise.all(installLine.split(' ').slice(3).map(pinnedName));
    project = await createProject(folder.path, 'node', [tarball, ...packages]);
  }, INSTALL_MS);

  it.each(['use.mjs', 'use.cjs'])('%s loads a codec', async (script) => {
    const output = JSON.parse(await execute(project, process.execPath, script));
    expect(output).toEqual({ executionProvider: 'cpu', ...coded });
  });

  const convae = (...args: string[]) => execute(project, join(project, 'node_modules/.bin/convae'), ...args);

  it('the command is there, and reads and writes image files', async () => {
    const checked = await convae('check', 'bundle', '--json');
    expect(JSON.parse(checked)).toMatchObject({ executionProvider: 'cpu' });
    const bundle = ['--bundle', 'bundle'];
    await convae('decode', 'bundle/images.cae', '-o', 'images', ...bundle);
    const [first] = await readdir(join(project, 'images'));
    const encoded = await convae('encode', join('images', first!), '-o', 'again.cae', '--json', ...bundle);
    expect(JSON.parse(encoded)).toMatchObject({ images: 1 });
  });
});

/** The largest file that one widespread static host takes, bytes. */
const HOST_LIMIT_BYTES = 25 << 20;
interface Emitted {
  readonly name: string;
  readonly bytes: number;
}

/** All files that a bundler wrote. */
async function emitted(output: string): Promise<Emitted[]> {
  const entries = await readdir(output, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async ({ name, parentPath }) => ({ name, bytes: (await stat(join(parentPath, name))).size })),
  );
}

/** By these the builds of ONNX Runtime are told apart: bundlers may give them any name. */
const wasmSizes = (files: readonly Emitted[]): number[] =>
  files.filter(({ name }) => name.endsWith('.wasm')).map(({ bytes }) => bytes);

const sizeOf = async (project: string, file: string): Promise<number> =>
  (await stat(join(project, 'node_modules/onnxruntime-web/dist', file))).size;

const chromium = chromiumPath();
if (chromium === undefined) reportMissingChromium('the browser consumers in test/consumers');

describe.skipIf(chromium === undefined)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser(chromium!);
  });
  afterAll(() => browser?.close());

  /** Opens the page of a folder; nothing may be asked of anybody else. */
  async function open(served: string, page = '', headers: Record<string, string> = {}): Promise<PageOutcome> {
    await using server = await serveFolder(served, headers);
    return await openFrom(server, page);
  }

  async function openFrom({ origin }: FileServer, page = ''): Promise<PageOutcome> {
    const outcome = await openPage(browser, `${origin}/${page}`);
    const foreign = outcome.requests.filter((url) => !/^(data|blob):/.test(url) && !url.startsWith(origin));
    expect(foreign).toEqual([]);
    return outcome;
  }

  const inPage = { executionProvider: 'wasm', ...coded };

  /** Looks at what a bundler emitted for a page on wasm alone into `dist`, with WebGPU into `dist-webgpu`. */
  function carriesWebGpu(project: () => string, page = ''): void {
    it('emits no file of WebGPU, and none that hosts refuse, for a page on wasm alone', async () => {
      const files = await emitted(join(project(), 'dist'));
      expect(wasmSizes(files)).toEqual([await sizeOf(project(), 'ort-wasm-simd-threaded.wasm')]);
      expect(files.filter(({ name }) => /asyncify|webgpu/.test(name))).toEqual([]);
      expect(files.filter(({ bytes }) => bytes > HOST_LIMIT_BYTES)).toEqual([]);
    });

    it(
      'emits the file of WebGPU for a page and a worker that import it, and runs on it',
      async () => {
        const output = join(project(), 'dist-webgpu');
        const webGpuSize = await sizeOf(project(), 'ort-wasm-simd-threaded.asyncify.wasm');
        expect(wasmSizes(await emitted(output))).toContain(webGpuSize);
        const { result, errors } = await open(output, page);
        const onWebGpu = { executionProvider: 'webgpu', passedOver: [] };
        expect(result).toEqual({ page: onWebGpu, worker: onWebGpu });
        expect(errors).toEqual([]);
      },
      RUN_MS,
    );
  }

  describe('built with Vite', () => {
    let project: string;
    beforeAll(async () => {
      const packages = [tarball, await pinned('onnxruntime-web'), await pinned('vite')];
      project = await createProject(folder.path, 'vite', packages, 'public');
      const vite = (...flags: string[]) =>
        execute(
          project,
          process.execPath,
          'node_modules/vite/bin/vite.js',
          'build',
          '--logLevel=error',
          ...flags,
        );
      await vite();
      await vite('--mode', 'webgpu', '--outDir', 'dist-webgpu');
    }, INSTALL_MS);

    carriesWebGpu(() => project, 'webgpu.html');

    it(
      'runs in the page and in a worker, with threads where the page is isolated',
      async () => {
        const { result, errors } = await open(join(project, 'dist'), '', ISOLATION);
        expect(result).toEqual({
          page: { ...inPage, threads: 2, notices: [] },
          worker: { ...inPage, threads: 1, notices: [] },
        });
        expect(errors).toEqual([]);
      },
      RUN_MS,
    );

    it(
      'runs without isolation, on one thread, and says so',
      async () => {
        const { result } = await open(join(project, 'dist'));
        expect(result).toMatchObject({
          page: { ...inPage, threads: 1, notices: [expect.stringContaining('not cross-origin isolated')] },
          worker: { ...inPage, threads: 1, notices: [] },
        });
      },
      RUN_MS,
    );

    it(
      'runs from Vite’s development server',
      async () => {
        await using server = await startViteServer(project);
        const { result, errors } = await openFrom(server);
        expect(result).toMatchObject({ page: inPage, worker: { ...inPage, notices: [] } });
        expect(errors).toEqual([]);
      },
      RUN_MS,
    );

    it('has nothing of Node in it', async () => {
      const files = await readdir(join(project, 'dist/assets'));
      const scripts = files.filter((file) => file.endsWith('.js'));
      const own = scripts.filter((file) => !file.startsWith('ort'));
      expect(own.length).toBeGreaterThan(1);
      for (const file of own) {
        const text = await readFile(join(project, 'dist/assets', file), 'utf8');
        expect(text, file).not.toMatch(/onnxruntime-node|["'`]node:|libvips/);
      }
    });

    it('has installed nothing that serves Node alone', () => {
      for (const name of NODE_ONLY) expect(existsSync(join(project, 'node_modules', name)), name).toBe(false);
    });

    it.each([
      ['sharp', "readImageFile('package.json', 1)"],
      ['sharp', 'encodePng({ data: new Uint8Array(1), count: 1, height: 1, width: 1, channels: 1 })'],
    ])('says in Node that %s is missing', async (name, call) => {
      const script = `import('@convae/runtime').then((runtime) => runtime.${call}).catch(({ code, message }) => console.log(code, message))`;
      const output = await execute(project, process.execPath, '-e', script);
      expect(output).toMatch(`DEPENDENCY_MISSING ${name} is not installed: `);
      expect(output).toContain(`npm i ${name}`);
    });

    it('runs in Node on the builtin provider where onnxruntime-node is missing, and says so', async () => {
      const script = `import('@convae/runtime').then(({ loadCodec }) => loadCodec('public/bundle')).then(({ executionProvider, notices }) => console.log(executionProvider, ...notices))`;
      const output = await execute(project, process.execPath, '-e', script);
      expect(output).toMatch(/^builtin .*onnxruntime-node is not installed/);
    });

    it('says at the command what to install', async () => {
      const failed = await execute(project, join(project, 'node_modules/.bin/convae'), '--version').catch(
        (error: unknown) => error,
      );
      expect(failed).toMatchObject({ code: 1, stdout: '' });
      const { stderr } = failed as { stderr: string };
      expect(stderr).toBe(
        `convae needs commander and cli-progress. This installs all that it needs: ${installLine}\n`,
      );
    });
  });

  describe('built with esbuild', () => {
    let project: string;
    beforeAll(async () => {
      const packages = [tarball, await pinned('onnxruntime-web'), await pinned('esbuild')];
      project = await createProject(folder.path, 'esbuild', packages);
    }, INSTALL_MS);

    /** Bundles both scripts into a folder with the page, the bundle and ONNX Runtime's WebAssembly. */
    async function bundled(output: string, ...flags: string[]): Promise<string> {
      const esbuild = join(project, 'node_modules/.bin/esbuild');
      const common = ['--bundle', '--format=esm', '--log-level=error', `--outdir=${output}`];
      await execute(project, esbuild, 'main.js', 'worker.js', ...common, ...flags);
      const wasm = 'ort-wasm-simd-threaded.wasm';
      await cp(join(project, 'node_modules/onnxruntime-web/dist', wasm), join(project, output, wasm));
      await cp(join(project, 'index.html'), join(project, output, 'index.html'));
      await cp(join(project, 'bundle'), join(project, output, 'bundle'), { recursive: true });
      return join(project, output);
    }

    it(
      'runs in the page and in a worker',
      async () => {
        const { result } = await open(await bundled('split', '--splitting'), '', ISOLATION);
        expect(result).toEqual({
          page: { ...inPage, threads: 2, notices: [] },
          worker: { ...inPage, threads: 1, notices: [] },
        });
      },
      RUN_MS,
    );

    it(
      'runs on one thread where everything is in one file, and says so',
      async () => {
        const { result } = await open(await bundled('one-file'), '', ISOLATION);
        expect(result).toEqual({
          page: { ...inPage, threads: 1, notices: [expect.stringContaining('in the same file')] },
          worker: { ...inPage, threads: 1, notices: [] },
        });
      },
      RUN_MS,
    );
  });

  describe('built with webpack', () => {
    let project: string;
    beforeAll(async () => {
      const packages = [tarball, await pinned('onnxruntime-web')];
      project = await createProject(folder.path, 'webpack', packages);
      await build('./main.js', 'dist');
      await build('./webgpu.js', 'dist-webgpu');
    }, INSTALL_MS);

    async function build(script: string, output: string): Promise<void> {
      await execute(project, process.execPath, 'build.js', script, output);
      for (const name of ['index.html', 'bundle'])
        await cp(join(project, name), join(project, output, name), { recursive: true });
    }

    carriesWebGpu(() => project);

    it(
      'runs in the page and in a worker, without being told anything',
      async () => {
        const { result, errors } = await open(join(project, 'dist'), '', ISOLATION);
        expect(result).toEqual({
          page: { ...inPage, threads: 2, notices: [] },
          worker: { ...inPage, threads: 1, notices: [] },
        });
        expect(errors).toEqual([]);
      },
      RUN_MS,
    );
  });

  describe('with an import map alone', () => {
    let project: string;
    beforeAll(async () => {
      const packages = [tarball, await pinned('onnxruntime-web')];
      project = await createProject(folder.path, 'plain', packages);
    }, INSTALL_MS);

    it(
      'runs on WebGPU',
      async () => {
        const { result, errors } = await open(project);
        expect(result).toEqual({ executionProvider: 'webgpu', passedOver: [], ...coded });
        expect(errors).toEqual([]);
      },
      RUN_MS,
    );

    it(
      'runs on the builtin provider where a package is missing, and says which',
      async () => {
        const { result } = await open(project, 'missing.html');
        expect(result).toMatchObject({
          executionProvider: 'builtin',
          notices: [expect.stringContaining('npm i onnxruntime-web')],
        });
      },
      RUN_MS,
    );
  });
});
