import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTinyBundle } from '../testing/tiny-bundle.js';
import { bundleUrl, loadCodec } from './index.js';

/** The endless answers that nobody wants any more. */
const closed = new Set<string>();

/** Sends what never ends, with a status and where it is not 0 with a length that it says to have. */
function sendEndlessly(response: ServerResponse, status: number, length: number): void {
  response.writeHead(status, length === 0 ? {} : { 'content-length': length });
  const timer = setInterval(() => response.write(new Uint8Array(1000)), 5);
  response.on('close', () => {
    clearInterval(timer);
    closed.add(response.req.url!);
  });
}

const { contents } = await createTinyBundle();
const server = createServer(({ url = '' }, response) => {
  const [, folder, status, length] = url.split('/');
  if (folder === 'endless') sendEndlessly(response, Number(status), Number(length));
  else response.end(contents.get(url.split('/').at(-1)!) ?? new Uint8Array(5000));
});
let origin: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const own = new Error('the page’s own');
const failing = {
  throws: () => {
    throw own;
  },
  rejects: async () => {
    throw own;
  },
};

describe.each(Object.entries(failing))('progress that %s', (how, fail) => {
  it('ends loading with that error', async () => {
    await expect(loadCodec(`${origin}/bundle`, { onProgress: fail })).rejects.toBe(own);
  });

  it('ends it with that error where ONNX Runtime is loaded, too, and tries nothing else', async () => {
    const files: string[] = [];
    const onProgress = ({ file }: { file: string }): unknown => {
      files.push(file);
      return file === 'ort.wasm' ? fail() : undefined;
    };
    const options = { wasmPaths: { wasm: `${origin}/ort.wasm` }, onProgress };
    await expect(loadCodec(`${origin}/bundle`, options)).rejects.toBe(own);
    expect(files).toEqual(['manifest.json', 'encoder.onnx', 'decoder.onnx', 'ort.wasm']);
  });

  it('ends reading with that error, and the transfer', async () => {
    const address = `/endless/200/0/${how}/`;
    const files = bundleUrl(origin + address, { onProgress: fail });
    await expect(files.read('manifest.json', 1e6)).rejects.toBe(own);
    await expect.poll(() => [...closed]).toContain(`${address}manifest.json`);
  });
});

describe('a transfer', () => {
  it.each([
    ['is an error page', '404/0', 'NOT_FOUND'],
    ['is announced to be too large', '200/999999999', 'LIMIT_EXCEEDED'],
    ['turns out too large', '200/0', 'LIMIT_EXCEEDED'],
  ])('is ended where it %s', async (_, answer, code) => {
    const address = `/endless/${answer}/`;
    const files = bundleUrl(origin + address);
    await expect(files.read('manifest.json', 3000)).rejects.toMatchObject({ code });
    await expect.poll(() => [...closed]).toContain(`${address}manifest.json`);
  });
});
