import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../packages/runtime/src/index.js';
import { run } from './command.js';

const MODELS = fileURLToPath(new URL('../models', import.meta.url));
const SCHEMA = fileURLToPath(new URL('triton', import.meta.url));
const PROTOC = spawnSync('protoc', ['--version']).status === 0;
if (!PROTOC)
  console.warn(
    'SKIPPED: model repositories for Triton: "apt-get install protobuf-compiler" brings their check',
  );

const folder = mkdtempSync(join(tmpdir(), 'convae-triton-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function protoc(mode: 'encode' | 'decode', input: string | Uint8Array): { bytes: Buffer; error: string } {
  const args = [`--${mode}=inference.ModelConfig`, `--proto_path=${SCHEMA}`, 'model_config.proto'];
  const { stdout, stderr } = spawnSync('protoc', args, { input });
  return { bytes: stdout, error: stderr.toString() };
}

/** A configuration as Triton reads it, written again in one form. */
function read(config: string): string {
  const { bytes, error } = protoc('encode', config);
  expect(error).toBe('');
  return protoc('decode', bytes).bytes.toString();
}

const dimsOf = (text: string, block: 'input' | 'output'): number[] => {
  const body = new RegExp(`^${block} \\{([^}]*)\\}`, 'm').exec(text)![1]!;
  return [...body.matchAll(/dims: (-?\d+)/g)].map((match) => Number(match[1]));
};

describe.runIf(PROTOC)('a model repository for Triton', () => {
  it.each(['mnist-reference', 'photo', 'thumbnail-32'])(
    'of models/%s holds what Triton’s schema takes and the graphs say',
    async (name) => {
      const repository = join(folder, name);
      const { code, stderr } = await run('convae-train', [
        'export',
        join(MODELS, name),
        '--triton',
        repository,
      ]);
      expect(code, stderr).toBe(0);
      const models = readdirSync(repository);
      expect(models).toHaveLength(2);
      const manifest = JSON.parse(readFileSync(join(MODELS, name, 'manifest.json'), 'utf8')) as Manifest;
      for (const part of ['encoder', 'decoder'] as const) {
        const model = models.find((each) => each.endsWith(`_${part}`))!;
        const config = read(readFileSync(join(repository, model, 'config.pbtxt'), 'utf8'));
        expect(config).toContain(`name: "${model}"`);
        expect(config).toMatch(/dynamic_batching \{/);
        for (const block of ['input', 'output'] as const) {
          const { name: tensor, shape } = manifest[part][block];
          expect(config).toContain(`${block} {\n  name: "${tensor}"\n  data_type: TYPE_FP32\n`);
          expect(dimsOf(config, block)).toEqual(
            shape.slice(1).map((side) => (typeof side === 'string' ? -1 : side)),
          );
        }
      }
    },
  );

  it('is checked by a schema that refuses what it does not know', () => {
    expect(protoc('encode', 'name: "x" max_batch: 3').error).toContain('max_batch');
    expect(protoc('encode', 'input [ { data_type: TYPE_FLOAT } ]').error).toContain('TYPE_FLOAT');
  });
});
