import { mkdir, mkdtemp, readlink, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aliasLibraries, headersSetting } from './binding.js';
import { CommandError, runCommand } from './command-runner.js';
import { downloadSite, siteProblem } from './official.js';
import { folderEntry } from './sources.js';
import { describeTfjsPackage, newestNapi } from './tfjs-package.js';
import { wheelVersion } from './wheel.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convae-setup-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('commands', () => {
  const node = process.execPath;

  it('give back what they print on both streams', async () => {
    const script = "console.log('out'); console.error('err')";
    const output = await runCommand(node, ['-e', script], { timeoutMs: 30_000 });
    expect(output.split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('that fail say which line of the output matters', async () => {
    const script = "console.log('fatal error: no such header'); console.log('done'); process.exit(4)";
    const failure = runCommand(node, ['-e', script], { timeoutMs: 30_000 });
    await expect(failure).rejects.toThrow(/failed \(exit code 4\): fatal error: no such header$/);
  });

  it('that take too long are ended', async () => {
    const failure = runCommand(node, ['-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 300 });
    await expect(failure).rejects.toThrow(/ended by SIGTERM \(limit 0.3 s\)/);
  });

  it('that do not exist are told so', async () => {
    const failure = runCommand(join(folder, 'nothing'), [], { timeoutMs: 1000 });
    await expect(failure).rejects.toThrow(CommandError);
    await expect(failure).rejects.toThrow(/cannot be run/);
  });
});

describe('tfjs-node package', () => {
  it('is described with the path of its binding', () => {
    const tfjs = describeTfjsPackage();
    expect(tfjs.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(tfjs.binding).toBe(join('lib', `napi-v${tfjs.napiVersion}`, 'tfjs_binding.node'));
  });

  it('takes the newest Node-API version that this Node has', () => {
    expect(newestNapi([3, 4, 8], 10)).toBe(8);
    expect(newestNapi([3, 4, 8], 7)).toBe(4);
    expect(() => newestNapi([3, 4], 2)).toThrow(/Node-API/);
  });
});

describe('libraries', () => {
  it('of the wheel get the names that the linker asks for', async () => {
    for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
      await writeFile(join(folder, name), '');
    await aliasLibraries(folder);
    expect(await readlink(join(folder, 'libtensorflow.so'))).toBe('libtensorflow_cc.so.2');
    expect(await readlink(join(folder, 'libtensorflow.so.2'))).toBe('libtensorflow_cc.so.2');
    expect(await readlink(join(folder, 'libtensorflow_framework.so'))).toBe('libtensorflow_framework.so.2');
  });

  it('that are missing are named', async () => {
    await writeFile(join(folder, 'libother.so'), '');
    await expect(aliasLibraries(folder)).rejects.toThrow(/no TensorFlow library/);
  });

  it('of a folder of the user need their headers', async () => {
    await mkdir(join(folder, 'lib'));
    await expect(folderEntry(folder, folder)).rejects.toThrow(/holds no libtensorflow/);
    await writeFile(join(folder, 'lib', 'libtensorflow.so.2'), '');
    await expect(folderEntry(folder, folder)).rejects.toThrow(/c_api\.h/);
    await expect(folderEntry(folder, 'relative')).rejects.toThrow(/absolute path/);
    await mkdir(join(folder, 'include', 'tensorflow', 'c'), { recursive: true });
    await writeFile(join(folder, 'include', 'tensorflow', 'c', 'c_api.h'), '');
    expect(await folderEntry('/shelf', folder)).toMatch(/^\/shelf\/folder-/);
  });

  it('come from wheels whose name carries the version', () => {
    expect(wheelVersion('tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl')).toBe('2.21.0');
    expect(wheelVersion('numpy-2.0.0-cp311-cp311-manylinux_2_17_x86_64.whl')).toBeUndefined();
  });
});

describe("Node's headers", () => {
  it('are taken from beside Node, unless the user says where they are', async () => {
    const execPath = join(folder, 'bin', 'node');
    expect(headersSetting({}, execPath)).toEqual({});
    await mkdir(join(folder, 'include', 'node'), { recursive: true });
    await writeFile(join(folder, 'include', 'node', 'node_api.h'), '');
    expect(headersSetting({}, execPath)).toEqual({ npm_config_nodedir: folder });
    expect(headersSetting({ npm_config_nodedir: '/own' }, execPath)).toEqual({});
  });
});

describe('download site', () => {
  const tfjs = describeTfjsPackage();
  let server: Server | undefined;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  async function serve(status: number | undefined): Promise<string> {
    server = createServer((_, response) => {
      if (status !== undefined) response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  it("is the package's own, or that of its environment variables", () => {
    expect(downloadSite({})).toBe('https://storage.googleapis.com/');
    expect(downloadSite({ TFJS_NODE_CDN_STORAGE: 'https://elsewhere.example/' })).toBe(
      'https://elsewhere.example/',
    );
  });

  it('is within reach when it answers, be it that a page is missing', async () => {
    expect(await siteProblem(await serve(404), tfjs, {})).toBeUndefined();
  });

  it('is out of reach when it refuses, fails or stays silent', async () => {
    expect(await siteProblem(await serve(503), tfjs, {})).toMatch(/503/);
    expect(await siteProblem(await serve(undefined), tfjs, {}, 200)).toBe('no answer within 0.2 s');
    expect(await siteProblem('http://127.0.0.1:1/', tfjs, {})).toMatch(/ECONNREFUSED/);
    expect(await siteProblem('not an address', tfjs, {})).toMatch(/Invalid URL/);
  });
});
