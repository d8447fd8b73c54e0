import { checkBytes, checkLimit, kindOf } from '../checks.js';
import { type QuantizerSpec, qualityCount } from '../entropy/quantizer.js';
import { ConvaeError } from '../errors.js';
import type { ItemShape } from '../image.js';
import { MANIFEST_FILE } from './files.js';
import {
  isLossless,
  type LosslessManifest,
  losslessSchema,
  MANIFEST_VERSION,
  MAX_MANIFEST_BYTES,
  type Manifest,
  manifestSchemaOf,
} from './manifest.js';
import type { Issue, Schema } from './schema.js';

/**
 * Parses the bytes of manifest.json (FORMAT.md, "Bundle") of a bundle with networks; unknown fields are ignored.
 * @throws ConvaeError LIMIT_EXCEEDED above MAX_MANIFEST_BYTES, MANIFEST_INVALID naming the field that is wrong,
 * VERSION_UNSUPPORTED where the bundle was written in another major version of the format, UNSUPPORTED for a lossless one.
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  return withNetworks(parseAnyManifest(bytes));
}

/** @throws ConvaeError UNSUPPORTED for the manifest of a lossless bundle. */
export function withNetworks(manifest: Manifest | LosslessManifest): Manifest {
  if (!isLossless(manifest)) return manifest;
  throw new ConvaeError('UNSUPPORTED', `${manifest.name} is a lossless bundle: it has no networks`);
}

/** Parses the bytes of manifest.json of a bundle of any kind. @throws as {@link parseManifest}, but not UNSUPPORTED. */
export function parseAnyManifest(bytes: Uint8Array): Manifest | LosslessManifest {
  checkBytes(bytes);
  checkLimit(bytes.length, MAX_MANIFEST_BYTES, `${MANIFEST_FILE} has`, 'bytes');
  const json = parseJson(bytes);
  const major = checkedMajor(json);
  if (major === MANIFEST_VERSION.major) return parsed(losslessSchema, json, checkLossless);
  return parsed(manifestSchemaOf(major), json, checkFields);
}

function parsed<T>(schema: Schema<T>, json: unknown, check: (manifest: T) => void): T {
  const result = schema.safeParse(json);
  if (!result.success) throw invalid(describeIssue(result.issue, json));
  check(result.data);
  return result.data;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const problem = `${MANIFEST_FILE} is not JSON: ${(cause as Error).message}`;
    throw new ConvaeError('MANIFEST_INVALID', problem, { cause });
  }
}

/** Looked at before the schema, because a newer major may have other fields altogether. */
function checkedMajor(json: unknown): number {
  const { format, version } = (json ?? {}) as { format?: unknown; version?: unknown };
  if (format !== 'convae-bundle')
    throw invalid(`expected 'convae-bundle' for format, received ${kindOf(format)}`);
  const major = typeof version === 'string' ? /^(\d{1,4})\.\d{1,4}$/.exec(version)?.[1] : undefined;
  if (major === undefined) throw invalid(`expected 'major.minor' for version, received ${kindOf(version)}`);
  if (Number(major) >= 1 && Number(major) <= MANIFEST_VERSION.major) return Number(major);
  const advice = Number(major) > 0 ? 'update @convae/runtime' : 'export the bundle again';
  throw new ConvaeError(
    'VERSION_UNSUPPORTED',
    `${MANIFEST_FILE} has format version ${version}, this release reads 1.x to ${MANIFEST_VERSION.major}.x: ${advice}`,
  );
}

/** One sentence that names the field. */
function describeIssue(issue: Issue, json: unknown): string {
  return `expected ${issue.expected} for ${issue.path.join('.') || 'the manifest'}, received ${received(issue, json)}`;
}

const MAX_SHOWN_CHARACTERS = 60;

function received(issue: Issue, json: unknown): string {
  let value = json;
  for (const key of issue.path) value = (value as Record<string, unknown>)[key];
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
}

/** A lossless bundle codes each pixel by itself: images of any size. */
function checkLossless({ image, context }: LosslessManifest): void {
  if (!image.anySize || image.multiple !== 1)
    throw invalid('expected true for image.anySize and 1 for image.multiple of a lossless bundle');
  if (context.file === MANIFEST_FILE)
    throw invalid(`expected a file of its own for context.file, received ${context.file}`);
}

/** What holds between fields: sizes that divide, shapes that agree, two different graphs. */
function checkFields(manifest: Manifest): void {
  const { image, latent, encoder, decoder } = manifest;
  if (encoder.file === decoder.file)
    throw invalid(`expected two files, received ${encoder.file} for both graphs`);
  if (image.anySize) {
    checkDivides(image.height, image.multiple, latent.height, 'height');
    checkDivides(image.width, image.multiple, latent.width, 'width');
  }
  checkShape(encoder.input.shape, image, image.anySize, 'encoder.input.shape');
  checkShape(encoder.output.shape, latent, image.anySize, 'encoder.output.shape');
  checkShape(decoder.input.shape, latent, image.anySize, 'decoder.input.shape');
  checkShape(decoder.output.shape, image, image.anySize, 'decoder.output.shape');
  checkCoding(manifest);
}

/** Quantizer and default quality come together; tables need both, and a context model needs tables. */
function checkCoding(manifest: Manifest): void {
  const { quantizer, quality, tables, context, prior, latent } = manifest;
  if ((quantizer === undefined) !== (quality === undefined) || (tables && !quantizer))
    throw invalid('expected quantizer and quality together, and both where there are tables');
  if (quantizer !== undefined) checkQuantizer(quantizer, quality!, latent.channels);
  if (context && !tables) throw invalid('expected tables where there is a context');
  if (prior === 'context' && !context) throw invalid('expected a context where prior is context');
  checkFiles(manifest);
}

/** Every file has a name of its own. */
function checkFiles({ encoder, decoder, tables, context }: Manifest): void {
  const taken = [MANIFEST_FILE, encoder.file, decoder.file];
  for (const [name, listed] of Object.entries({ tables, context })) {
    if (listed === undefined) continue;
    if (taken.includes(listed.file))
      throw invalid(`expected a file of its own for ${name}.file, received ${listed.file}`);
    taken.push(listed.file);
  }
}

function checkQuantizer(quantizer: QuantizerSpec, quality: number, channels: number): void {
  const { offsets, multipliers } = quantizer;
  const check = (values: readonly unknown[] | undefined, name: string): void => {
    if (values && values.length !== channels)
      throw invalid(`expected ${channels} items for quantizer.${name}, received ${values.length}`);
    if (name !== 'offsets' && values!.every((step) => step === 0))
      throw invalid(`expected a step above 0 in quantizer.${name}, received none`);
  };
  if (multipliers) check(quantizer.steps, 'steps');
  else for (const [i, steps] of quantizer.steps.entries()) check(steps, `steps.${i}`);
  check(offsets, 'offsets');
  if (multipliers?.some((multiplier, i) => i > 0 && multiplier >= multipliers[i - 1]!))
    throw invalid(`expected descending numbers for quantizer.multipliers, received ${multipliers}`);
  if (quality >= qualityCount(quantizer))
    throw invalid(`expected less than ${qualityCount(quantizer)} for quality, received ${quality}`);
}

/** A padded image must have a whole number of latent rows: side · latentSide / imageSide for every multiple. */
function checkDivides(side: number, multiple: number, latentSide: number, name: string): void {
  if (side % multiple !== 0)
    throw invalid(`expected a multiple of ${multiple} for image.${name}, received ${side}`);
  if ((multiple * latentSide) % side !== 0) {
    throw invalid(
      `expected image.multiple · latent.${name} / image.${name} to be whole for latent.${name}, received ${latentSide}`,
    );
  }
}

/** A shape is N×C×H×W, or N×(C·H·W) for graphs with flat ends; only where every size is taken may H and W be names. */
function checkShape(
  shape: readonly (number | string)[],
  size: ItemShape,
  anySize: boolean,
  name: string,
): void {
  const flat = shape.length === 2;
  const sizes = flat ? [size.channels * size.height * size.width] : [size.channels, size.height, size.width];
  const [batch, ...rest] = shape;
  if (rest.length !== sizes.length)
    throw invalid(`expected 4 or 2 dimensions for ${name}, received ${shape.length}`);
  if (typeof batch !== 'string')
    throw invalid(`expected a name (a dynamic batch) for ${name}.0, received ${batch}`);
  for (const [i, dimension] of rest.entries()) {
    const dynamic = anySize && !flat && i > 0;
    const fits = typeof dimension === 'string' ? dynamic || !anySize : dimension === sizes[i] && !dynamic;
    if (!fits)
      throw invalid(`expected ${dynamic ? 'a name' : sizes[i]} for ${name}.${i + 1}, received ${dimension}`);
  }
  if (flat && anySize)
    throw invalid(`expected 4 dimensions for ${name} where image.anySize is true, received 2`);
}

function invalid(message: string): ConvaeError {
  return new ConvaeError('MANIFEST_INVALID', `${MANIFEST_FILE} is invalid: ${message}`);
}
