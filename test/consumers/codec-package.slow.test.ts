import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, reportMissingChromium } from '../web/chromium.js';
import { openPage, startBrowser } from './browser.js';
import { createProject, execute, packPackage, pinned, ROOT, temporaryFolder } from './project.js';
import { serveFolder } from './serve.js';

const INSTALL_MS = 400_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let tarballs: string[];
beforeAll(async () => {
  folder = await temporaryFolder();
  const output = join(folder.path, 'digits');
  const command = [join(ROOT, 'packages/train/bin/convae-train.js'), 'ship', 'models/mnist-reference'];
  const flags = ['--npm', '@me/digits@1.2.0', '--license', 'MIT'];
  await execute(ROOT, process.execPath, ...command, ...flags, '-o', output);
  const packed = await execute(output, 'npm', 'pack', '--json', '--pack-destination', folder.path);
  const [{ filename, files }] = JSON.parse(packed);
  const paths = files.map(({ path }: { path: string }) => path);
  // npm packs all that the folder has.
  expect(paths.sort()).toEqual((await readdir(output)).sort());
  tarballs = [await packPackage('runtime', folder.path), join(folder.path, filename)];
}, INSTALL_MS);
afterAll(() => folder[Symbol.asyncDispose]());

/** A program that holds only if the package has its types. */
const TYPED = `import codec from '@me/digits';
export const bytes: Promise<Uint8Array> = codec.encode({
  data: new Uint8Array(784), count: 1, height: codec.manifest.image.height, width: 28, channels: 1,
});
// @ts-expect-error: no such method
codec.compress();
`;

const coded = { bytes: expect.any(Number), pixels: 784 };

describe('a package that convae-train ship --npm wrote', () => {
  it(
    'gives a ready codec in Node, with types',
    async () => {
      const packages = [...tarballs, await pinned('typescript')];
      const project = await createProject(folder.path, 'codec-node', packages);
      const output = JSON.parse(await execute(project, process.execPath, 'use.mjs'));
      expect(output).toEqual({ executionProvider: 'builtin', ...coded });
      await writeFile(join(project, 'use.ts'), TYPED);
      const tsc = join(project, 'node_modules/typescript/bin/tsc');
      const flags = ['--module', 'nodenext', '--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022'];
      await execute(project, process.execPath, tsc, ...flags, 'use.ts');
    },
    INSTALL_MS,
  );

  const chromium = chromiumPath();
  if (chromium === undefined) reportMissingChromium('the codec package in a browser');

  it.skipIf(chromium === undefined)(
    'gives a ready codec in a page and a worker that Vite built',
    async () => {
      const packages = [...tarballs, await pinned('vite')];
      const project = await createProject(folder.path, 'codec-vite', packages);
      await execute(project, process.execPath, 'node_modules/vite/bin/vite.js', 'build', '--logLevel=error');
      await using server = await serveFolder(join(project, 'dist'));
      const browser = await startBrowser(chromium!);
      try {
        const { result, errors, requests } = await openPage(browser, `${server.origin}/`);
        const inBrowser = { executionProvider: 'builtin', ...coded };
        expect(result).toEqual({ page: inBrowser, worker: inBrowser });
        expect(errors).toEqual([]);
        expect(
          requests.filter((url) => !/^(data|blob):/.test(url) && !url.startsWith(server.origin)),
        ).toEqual([]);
      } finally {
        await browser.close();
      }
    },
    INSTALL_MS,
  );
});
