import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cycles, violations } from './architecture/check.js';
import { parseSource, readSources, type SourceFile } from './architecture/imports.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const RUNTIME = 'packages/runtime/src';
const TRAIN = 'packages/train/src';
const LAB = 'packages/lab/src';

const source = (path: string, ...specifiers: string[]): SourceFile =>
  parseSource(path, specifiers.map((specifier) => `import { a } from '${specifier}';`).join('\n'));

describe('architecture', () => {
  const sources = readSources(ROOT);

  it('is read from the sources of the packages', () => {
    const paths = sources.map(({ path }) => path);
    expect(paths).toContain(`${RUNTIME}/errors.ts`);
    expect(paths).toContain(`${TRAIN}/setup/backend.ts`);
    expect(paths).toContain(`${LAB}/evaluations.ts`);
    const quantizer = sources.find(({ path }) => path === `${RUNTIME}/entropy/quantizer.ts`);
    expect(quantizer?.imports.map(({ specifier }) => specifier)).toContain('../errors.js');
  });

  it('has no forbidden import, no cycle, and index files that only export', () => {
    expect(violations(sources)).toEqual([]);
  });
});

describe('architecture rules', () => {
  it.each([
    ['errors imports nothing', `${RUNTIME}/errors.ts`, './image.js'],
    ['formats know errors only', `${RUNTIME}/entropy/coder.ts`, '../bundle/manifest.js'],
    ['formats know errors only', `${RUNTIME}/bitstream/crc.ts`, '../entropy/tables.js'],
    ['the bitstream knows no codec', `${RUNTIME}/bitstream/header.ts`, '../codec/codec.js'],
    ['shared code knows no node folder', `${RUNTIME}/codec/codec.ts`, '../node/files.js'],
    ['node and web stay apart', `${RUNTIME}/web/load.ts`, '../node/files.js'],
    ['nobody imports the command line', `${RUNTIME}/node/files.ts`, '../cli/main.js'],
    ['shared code is browser-safe', `${RUNTIME}/bundle/load.ts`, 'node:fs'],
    ['shared code is browser-safe', `${RUNTIME}/image.ts`, 'sharp'],
    ['onnxruntime-node only below node', `${RUNTIME}/cli/main.ts`, 'onnxruntime-node'],
    ['onnxruntime-web only below web', `${RUNTIME}/node/ort.ts`, 'onnxruntime-web/wasm'],
    ['no tfjs in the runtime', `${RUNTIME}/node/ort.ts`, '@tensorflow/tfjs-core'],
    ['runtime never imports train', `${RUNTIME}/node/ort.ts`, '@convae/train'],
    ['packages by their names', `${TRAIN}/bundle/files.ts`, '../../../runtime/src/errors.js'],
    ['the flow has one direction', `${TRAIN}/dataset/idx.ts`, '../model/spec.js'],
    ['the flow has one direction', `${TRAIN}/training/step.ts`, '../onnx/convert.js'],
    ['the flow has one direction', `${TRAIN}/bundle/files.ts`, '../evaluation/report.js'],
    ['the converter knows no codec', `${TRAIN}/onnx/convert.ts`, '../bundle/files.js'],
    ['the converter knows no networks of ours', `${TRAIN}/onnx/convert.ts`, '../model/spec.js'],
    ['nothing imports the lab', `${TRAIN}/cli/main.ts`, '@convae/lab'],
    ['nothing imports the lab', `${RUNTIME}/cli/main.ts`, '@convae/lab'],
    ['the lab uses the kit', `${LAB}/features/probe.ts`, '@convae/train'],
    ['evaluations know nothing of each other', `${LAB}/features/probe.ts`, '../denoising/filters.js'],
    ['set-up knows none of the flow', `${TRAIN}/setup/backend.ts`, '../dataset/mnist.js'],
    ['tfjs comes through one door', `${TRAIN}/training/step.ts`, '@tensorflow/tfjs-node'],
    ['tests serve tests alone', `${RUNTIME}/codec/codec.ts`, '../testing/tiny-bundle.js'],
    ['every module is in the table', `${TRAIN}/elsewhere/thing.ts`, '../dataset/mnist.js'],
  ])('%s: %s → %s is caught', (_, path, specifier) => {
    expect(violations([source(path, specifier)])).toEqual([expect.stringContaining(path)]);
  });

  it.each([
    [`${RUNTIME}/entropy/coder.ts`, '../errors.js'],
    [`${RUNTIME}/entropy/coder.ts`, './tables.js'],
    [`${RUNTIME}/node/ort.ts`, 'onnxruntime-node'],
    [`${RUNTIME}/codec.test.ts`, 'node:fs'],
    [`${TRAIN}/evaluation/report.ts`, '../dataset/mnist.js'],
    [`${LAB}/features/probe.ts`, '@convae/train/kit'],
    [`${TRAIN}/onnx/convert.ts`, '@convae/runtime/core'],
    [`${TRAIN}/dataset/mnist.ts`, '../setup/backend.js'],
  ])('%s → %s is allowed', (path, specifier) => {
    expect(violations([source(path, specifier)])).toEqual([]);
  });

  it('see every way to import', () => {
    const text = `
      import type { A } from 'a';
      import { type B } from 'b';
      export * from 'c';
      export type * from 'd';
      const e = await import('e');
      const f = require('f');
      type G = typeof import('g');
      // import 'h';
    `;
    expect(
      parseSource('x.ts', text).imports.map(({ specifier, typeOnly }) => specifier + Number(typeOnly)),
    ).toEqual(['a1', 'b0', 'c0', 'd1', 'e0', 'f0', 'g1']);
  });

  it('allow tfjs types but not tfjs', () => {
    const path = `${TRAIN}/model/build.ts`;
    expect(violations([parseSource(path, "import type { Tensor } from '@tensorflow/tfjs-core';")])).toEqual(
      [],
    );
    expect(violations([parseSource(path, "const tf = await import('@tensorflow/tfjs-node');")])).toHaveLength(
      1,
    );
  });

  it('catch cycles, through types and over several files too', () => {
    const path = (name: string): string => `${TRAIN}/model/${name}.ts`;
    const files = [
      parseSource(path('a'), "export * from './b.js';"),
      parseSource(path('b'), "import type { C } from './c.js';"),
      source(path('c'), './a.js'),
      source(path('d'), './a.js'),
    ];
    expect(cycles(files)).toEqual([`cycle: ${['a', 'b', 'c', 'a'].map(path).join(' → ')}`]);
    expect(cycles(files.slice(1))).toEqual([]);
  });

  it('catch an index file that does more than export', () => {
    const path = `${TRAIN}/model/index.ts`;
    expect(violations([parseSource(path, "export * from './build.js';")])).toEqual([]);
    expect(violations([parseSource(path, 'export const answer = 42;')])).toHaveLength(1);
  });
});
