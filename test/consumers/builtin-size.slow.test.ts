import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { build, transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { ROOT, temporaryFolder } from './project.js';

const DIST = join(ROOT, 'packages/runtime/dist');
const PAGES = join(DIST, 'bundled/web');
const BUNDLE = join(ROOT, 'models/mnist-reference');

/** Codes an image, or decodes the bytes that it is given, as a page does that has the files of a bundle. */
const PROGRAM = `
import { readFile } from 'node:fs/promises';
const [entry, folder, bytes] = process.argv.slice(1);
const { loadCodec, loadDecoder } = await import(entry);
const files = { location: 'memory', read: async (name) => new Uint8Array(await readFile(folder + '/' + name)) };
const codec = await (loadCodec ?? loadDecoder)(files);
const { height, width, channels } = codec.manifest.image;
const data = Uint8Array.from({ length: height * width * channels }, (_, i) => (i * 7919) % 256);
const coded = bytes ? Buffer.from(bytes, 'hex') : await codec.encode({ data, count: 1, height, width, channels });
const image = await codec.decode(coded);
if (image.data.length !== data.length) throw new Error('no image');
console.log(Buffer.from(coded).toString('hex'));
`;

/** What the program prints, and the files of the package that it loads: V8 knows them all. */
async function trace(entry: string, ...args: string[]): Promise<{ output: string; files: string[] }> {
  await using folder = await temporaryFolder();
  const command = ['--input-type=module', '-e', PROGRAM, pathToFileURL(entry).href, BUNDLE, ...args];
  const env = { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: folder.path };
  const { stdout } = await promisify(execFile)(process.execPath, command, { env });
  const [report] = await readdir(folder.path);
  const { result } = JSON.parse(await readFile(join(folder.path, report!), 'utf8'));
  const urls = (result as { url: string }[]).map(({ url }) => url);
  const own = urls.filter((url) => url.startsWith(pathToFileURL(DIST).href));
  return { output: stdout.trim(), files: own.map((url) => fileURLToPath(url)) };
}

/** Bytes of files, minified and gzipped, each by itself. All but errors.js, which the whole package shares, come minified. */
async function sizeOf(files: readonly string[]): Promise<number> {
  const sizes = files.map(async (file) => {
    const text = await readFile(file, 'utf8');
    const { code } =
      dirname(file) === DIST ? await transform(text, { minify: true, format: 'esm' }) : { code: text };
    return (await promisify(gzip)(code)).length;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

describe('the builtin entry of pages, kernels included', () => {
  it('is at most 40 kB to encode and decode an image, and at most 30 kB to decode one', async () => {
    const codec = await trace(join(PAGES, 'web.js'));
    const decoder = await trace(join(PAGES, 'web-decode.js'), codec.output);
    expect(decoder.output).toBe(codec.output);
    const [whole, half] = await Promise.all([sizeOf(codec.files), sizeOf(decoder.files)]);
    expect(half).toBeGreaterThan(10_000);
    expect(half).toBeLessThanOrEqual(30_000);
    expect(whole).toBeGreaterThan(half);
    expect(whole).toBeLessThanOrEqual(40_000);
  });

  it('is at most 79 kB with all that any bundle and call can load', async () => {
    const files = (await readdir(PAGES)).filter((name) => !/^(web-decode|workerd)/.test(name));
    const loaded = [...files.map((name) => join(PAGES, name)), join(DIST, 'errors.js')];
    expect(await sizeOf(loaded)).toBeLessThanOrEqual(79_000);
  });

  it.each(['web', 'web-decode'])('%s goes into one file, which knows no ONNX Runtime', async (name) => {
    const { outputFiles } = await build({
      entryPoints: [join(PAGES, `${name}.js`)],
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
      logLevel: 'silent',
    });
    expect(outputFiles.map(({ path }) => basename(path))).toEqual(['<stdout>']);
    expect(outputFiles[0]!.text).not.toMatch(/onnxruntime|\bimport\b/);
  });
});
