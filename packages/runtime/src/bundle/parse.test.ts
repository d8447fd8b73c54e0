import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConvaeError } from '../errors.js';
import { createCodedBundle, TINY_QUANTIZER } from '../testing/coded-bundle.js';
import { createTinyBundle, encodeManifest } from '../testing/tiny-bundle.js';
import { bundleIdentity } from './identity.js';
import { MAX_MANIFEST_BYTES, type Manifest } from './manifest.js';
import { parseManifest } from './parse.js';

const { manifest } = await createTinyBundle();
const parse = (value: unknown): Manifest => parseManifest(encodeManifest(value));

/** A copy of the manifest with one field set, or taken out where `value` is undefined. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(manifest) as unknown;
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce((node, key) => (node as Record<string, unknown>)[key], copy) as Record<
    string,
    unknown
  >;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

/** The paths of all fields of the manifest, e.g. `encoder.input.shape.0`. */
function paths(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [prefix + key, ...paths(child, `${prefix}${key}.`)]);
}

const isItem = (path: string): boolean => /\.\d$/.test(path);

const { manifest: coded } = await createCodedBundle();
const { context } = (await createCodedBundle({ context: true })).manifest;

/** The coded manifest with some fields replaced. */
const recoded = (changes: object): unknown => ({ ...coded, ...changes });

/** A manifest of version 2 with a quantizer of its own. */
const gained = (quantizer: object) => ({ version: '2.0', quantizer: { steps: [[1, 2]], ...quantizer } });

describe('parseManifest of a bundle with tables', () => {
  it('reads what was written', () => {
    expect(parse(coded)).toEqual(coded);
    const rates = [{ quality: 0, validationPsnr: 20.5, validationBytesPerImage: 9.25 }];
    expect(parse(recoded({ rates }))).toEqual({ ...coded, rates });
    expect(parse(recoded({ context, prior: 'context' }))).toEqual({ ...coded, context, prior: 'context' });
    expect(parse(recoded({ prior: 'factorized' }))).toEqual({ ...coded, prior: 'factorized' });
  });

  it.each([
    [{ context, tables: undefined }, 'expected tables where there is a context'],
    [{ prior: 'context' }, 'expected a context where prior is context'],
    [{ context, prior: 'best' }, 'expected factorized or context for prior'],
    [{ context: { ...context, file: 'tables.bin' } }, 'a file of its own for context.file'],
    [{ context: { ...context, bytes: 1e9 } }, 'for context.bytes'],
    [{ quality: undefined }, 'expected quantizer and quality together'],
    [{ quantizer: undefined }, 'expected quantizer and quality together'],
    [{ quantizer: undefined, quality: undefined }, 'both where there are tables'],
    [{ quality: 4 }, 'expected less than 4 for quality, received 4'],
    [{ quality: -1 }, 'for quality, received -1'],
    [{ quality: 16 }, 'for quality, received 16'],
    [{ quantizer: { ...TINY_QUANTIZER, steps: [1] } }, 'expected 2 items for quantizer.steps, received 1'],
    [{ quantizer: { ...TINY_QUANTIZER, steps: [1, 0] } }, 'for quantizer.steps.1, received 0'],
    [{ quantizer: { ...TINY_QUANTIZER, steps: [1, 1e9] } }, 'for quantizer.steps.1'],
    [{ quantizer: { ...TINY_QUANTIZER, offsets: [1] } }, 'expected 2 items for quantizer.offsets'],
    [{ quantizer: { ...TINY_QUANTIZER, multipliers: [4, 4, 1, 1] } }, 'expected descending numbers'],
    [{ quantizer: { ...TINY_QUANTIZER, multipliers: [] } }, 'for quantizer.multipliers'],
    [{ quantizer: { ...TINY_QUANTIZER, multipliers: [1.5] } }, 'for quantizer.multipliers.0'],
    [{ quantizer: { ...TINY_QUANTIZER, multipliers: [65537, 1] } }, 'for quantizer.multipliers.0'],
    [{ version: '2.0' }, 'for quantizer.steps.0'],
    [{ quantizer: { steps: [[1, 2]] } }, 'for quantizer.steps.0'],
    [gained({ multipliers: [1] }), 'for quantizer.multipliers'],
    [gained({ steps: [] }), 'at least 1 items for quantizer.steps'],
    [gained({ steps: [[1, 2], [1]] }), 'expected 2 items for quantizer.steps.1, received 1'],
    [
      gained({
        steps: [
          [1, 2],
          [0, 0],
          [1, 1],
          [1, 1],
        ],
      }),
      'a step above 0 in quantizer.steps.1, received none',
    ],
    [gained({ steps: [[1, 1e9]] }), 'for quantizer.steps.0.1'],
    [gained({ steps: [[1, 2]], offsets: [1] }), 'expected 2 items for quantizer.offsets'],
    [gained({ steps: [[1, 2]] }), 'expected less than 1 for quality, received 2'],
    [{ tables: { ...coded.tables, file: 'encoder.onnx' } }, 'a file of its own for tables.file'],
    [{ tables: { ...coded.tables, file: 'manifest.json' } }, 'a file of its own for tables.file'],
    [{ tables: { ...coded.tables, file: '../x' } }, 'for tables.file'],
    [{ tables: { ...coded.tables, bytes: 1e9 } }, 'for tables.bytes'],
  ])('refuses %j with a message that says so', (changes, message) => {
    expect(failure(() => parse(recoded(changes)))).toMatchObject({
      code: 'MANIFEST_INVALID',
      message: expect.stringContaining(message),
    });
  });
});

describe('the identity of a bundle', () => {
  it('is what decoding depends on, and nothing else', () => {
    const identity = bundleIdentity(coded);
    expect(
      bundleIdentity({ ...coded, name: 'other', createdBy: 'x', quality: 0, encoder: coded.decoder }),
    ).toEqual(identity);
    expect(bundleIdentity(parse(recoded({ image: { ...coded.image, novelty: 1 } })))).toEqual(identity);
    const { decoder, image, latent, normalisation, tables } = coded;
    const others: Partial<Manifest>[] = [
      { decoder: { ...decoder, sha256: 'a'.repeat(64) } },
      { image: { ...image, multiple: 8 } },
      { latent: { ...latent, channels: 3 } },
      { normalisation: { ...normalisation, offset: 1 } },
      { quantizer: { ...TINY_QUANTIZER, steps: [1, 2] } },
      { quantizer: { steps: TINY_QUANTIZER.steps, multipliers: TINY_QUANTIZER.multipliers } },
      { quantizer: { steps: [[1, 2]] } },
      { tables: { ...tables!, sha256: 'a'.repeat(64) } },
    ];
    // Without a context model the identity is what it was before there were any.
    expect(Object.keys(identity as object)).not.toContain('context');
    expect(bundleIdentity({ ...coded, prior: 'factorized' })).toEqual(identity);
    others.push({ context: context! });
    for (const other of others) expect(bundleIdentity({ ...coded, ...other })).not.toEqual(identity);
  });

  it('does not exist without tables', () => {
    expect(bundleIdentity(manifest)).toBeUndefined();
  });
});

describe('parseManifest', () => {
  it('reads what was written', () => {
    expect(parse(manifest)).toEqual(manifest);
  });

  it('ignores unknown fields, at any depth', () => {
    expect(parse(changed('encoder.quantizer', { step: 1 }))).toEqual(manifest);
    expect(parse(changed('future', [1, 2]))).toEqual(manifest);
  });

  it.each(paths(manifest).filter((path) => !isItem(path)))('needs %s and says so', (path) => {
    const error = failure(() => parse(changed(path, undefined)));
    expect(error).toMatchObject({ code: 'MANIFEST_INVALID', message: expect.stringContaining(path) });
    expect(error.message).toMatch(/received (nothing|undefined)/);
  });

  it.each(paths(manifest))('refuses another kind of value for %s', (path) => {
    const error = failure(() => parse(changed(path, null)));
    expect(error).toMatchObject({ code: 'MANIFEST_INVALID', message: expect.stringContaining(path) });
  });

  it.each([
    ['name', '', 'expected at least 1 characters for name, received ""'],
    ['image.channels', 2, 'expected 1 or 3 or 4 for image.channels, received 2'],
    ['image.height', 0, 'expected at least 1 for image.height, received 0'],
    ['image.height', 1e9, 'expected at most 16384 for image.height, received 1000000000'],
    ['image.width', 8.5, 'expected an integer for image.width, received 8.5'],
    ['image.height', 10, 'expected a multiple of 4 for image.height, received 10'],
    ['latent.height', 3, 'for latent.height, received 3'],
    ['latent.channels', 1e6, 'expected at most 4096 for latent.channels'],
    ['normalisation.scale', 0, 'for normalisation.scale, received 0'],
    ['encoder.bytes', 1e12, 'for encoder.bytes, received 1000000000000'],
    ['encoder.sha256', 'abc', 'for encoder.sha256, received "abc"'],
    ['encoder.file', '../encoder.onnx', 'for encoder.file, received "../encoder.onnx"'],
    ['encoder.file', '/etc/passwd', 'for encoder.file'],
    ['encoder.file', 'a/b.onnx', 'for encoder.file'],
    ['encoder.file', 'a\\b.onnx', 'for encoder.file'],
    ['encoder.file', '..', 'for encoder.file'],
    ['encoder.file', 'encoder.onnx\u0000', 'for encoder.file'],
    ['encoder.file', 'x'.repeat(1000), '…'],
    ['decoder.file', 'encoder.onnx', 'expected two files'],
    ['encoder.input.shape', [1, 1, 'H', 'W'], 'for encoder.input.shape.0, received 1'],
    ['encoder.input.shape', ['N', 3, 'H', 'W'], 'expected 1 for encoder.input.shape.1, received 3'],
    ['encoder.input.shape', ['N', 1, 8, 8], 'for encoder.input.shape.2, received 8'],
    ['decoder.input.shape', ['N', 8], 'expected 4 dimensions for decoder.input.shape'],
    ['decoder.input.shape', ['N', 2, 2], 'expected 4 or 2 dimensions for decoder.input.shape, received 3'],
    ['version', 'one', "for version, received 'one'"],
    ['format', 'other', "expected 'convae-bundle' for format, received 'other'"],
    ['metrics', { validationMse: 'low' }, 'expected number for metrics.validationMse, received "low"'],
  ])('refuses %s = %j with a message that says so', (path, value, message) => {
    expect(failure(() => parse(changed(path, value)))).toMatchObject({
      code: 'MANIFEST_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it('takes flat latents of a network of one size', () => {
    const { image, latent, encoder, decoder } = manifest;
    const flat = {
      ...manifest,
      image: { ...image, anySize: false },
      latent: { ...latent, channels: 8, height: 1, width: 1 },
      encoder: { ...encoder, output: { name: 'latent', shape: ['N', 8] } },
      decoder: { ...decoder, input: { name: 'latent', shape: ['N', 8] } },
    };
    expect(parse(flat)).toEqual(flat);
  });

  it.each(['4.0', '9999.0', '0.9'])('refuses format version %s', (version) => {
    expect(failure(() => parse(changed('version', version)))).toMatchObject({ code: 'VERSION_UNSUPPORTED' });
  });

  it('refuses a newer major before it looks at fields that it does not know', () => {
    const future = { format: 'convae-bundle', version: '4.0', graphs: [] };
    expect(failure(() => parse(future))).toMatchObject({ code: 'VERSION_UNSUPPORTED' });
  });

  it('refuses a huge manifest before it parses it', () => {
    const bytes = new Uint8Array(MAX_MANIFEST_BYTES + 1);
    expect(failure(() => parseManifest(bytes))).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['text that is no JSON', new TextEncoder().encode('<html>')],
    ['invalid UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
    ['deeply nested arrays', new TextEncoder().encode('['.repeat(500_000))],
    ['a number', encodeManifest(7)],
    ['null', encodeManifest(null)],
    ['an array', encodeManifest([])],
  ])('refuses %s', (_, bytes) => {
    expect(failure(() => parseManifest(bytes))).toMatchObject({ code: 'MANIFEST_INVALID' });
  });

  it('ends every mutation of its bytes in a manifest or a ConvaeError', () => {
    const bytes = encodeManifest(manifest);
    const mutation = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length));
    fc.assert(
      fc.property(mutation, ([at, value, length]) => {
        const damaged = bytes.slice(0, at % 3 === 0 ? length : bytes.length);
        damaged[at] = value;
        const error = attempt(() => parseManifest(damaged));
        expect(error === undefined || error instanceof ConvaeError).toBe(true);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

function attempt(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}

function failure(action: () => unknown): ConvaeError {
  const error = attempt(action);
  expect(error).toBeInstanceOf(ConvaeError);
  return error as ConvaeError;
}
