import { stat } from 'node:fs/promises';
import type { Prior } from '../bitstream/index.js';
import { defaultPrior, type Manifest } from '../bundle/manifest.js';
import { PACK_MAGIC } from '../bundle/pack.js';
import type { Codec } from '../codec/codec.js';
import { qualityCount } from '../entropy/quantizer.js';
import { openFileSource } from '../node/byte-files.js';
import { openBundle } from '../node/open-bundle.js';
import { type CodecOptions, describeProvider, loadWithOptions } from './codec-options.js';
import { containerInfo } from './container-info.js';
import { formatBytes, printJson, printTable, type Streams } from './output.js';

/**
 * `convae info BUNDLE|FILE`: what is in a bundle (a folder or packed), its sizes, and the provider it runs on here; or what is in a
 * container.
 */
export async function runInfo(path: string, options: CodecOptions, streams: Streams): Promise<void> {
  if (path === '-' || (await isContainer(path))) return containerInfo(path, options, streams);
  const files = await openBundle(path);
  await using codec = await loadWithOptions(files, options);
  const encodes = files.names?.includes(codec.manifest.encoder.file) ?? true;
  if (options.json) printJson(streams, infoJson(codec, encodes));
  else printTable(streams, infoRows(codec, encodes));
}

/** Whether a path is a file, and no packed bundle. */
async function isContainer(path: string): Promise<boolean> {
  if (!((await stat(path).catch(() => undefined))?.isFile() ?? false)) return false;
  await using source = await openFileSource(path);
  const start = await source.read(0, Math.min(source.size, PACK_MAGIC.length));
  return PACK_MAGIC.some((byte, i) => start[i] !== byte);
}

function infoJson(
  { manifest, executionProvider, passedOver, contextKernel }: Codec,
  encodes: boolean,
): object {
  return {
    executionProvider,
    passedOver,
    priors: priorsOf(manifest),
    contextKernel,
    encodes,
    bytes: totalBytes(manifest, encodes),
    latentBytes: latentBytes(manifest),
    manifest,
  };
}

function infoRows(codec: Codec, encodes: boolean): string[][] {
  const { manifest } = codec;
  const { image, latent, encoder, decoder } = manifest;
  const pixels = image.channels * image.height * image.width;
  const sizes = image.anySize ? `, and any other size (padded to multiples of ${image.multiple})` : '';
  return [
    ['name', manifest.name],
    ['format', `${manifest.format} ${manifest.version}, by ${manifest.createdBy}`],
    ['image', `${image.height}×${image.width}×${image.channels}, ${formatBytes(pixels)} raw${sizes}`],
    [
      'latent',
      `${latent.channels}×${latent.height}×${latent.width} float32, ${formatBytes(latentBytes(manifest))} uncoded`,
    ],
    ['encoder', encodes ? `${encoder.file}, ${formatBytes(encoder.bytes)}` : 'left out: decodes only'],
    ['decoder', `${decoder.file}, ${formatBytes(decoder.bytes)}`],
    ...codingRows(codec),
    ...Object.entries(manifest.training).map(([key, value]) => [`training.${key}`, shown(value)]),
    ...Object.entries(manifest.metrics).map(([key, value]) => [`metrics.${key}`, shown(value)]),
    ['runs on', describeProvider(codec)],
  ];
}

/** Tables and what each quality was measured to give. */
function codingRows({ manifest, contextKernel }: Codec): string[][] {
  const { quantizer, quality, tables, rates, context } = manifest;
  if (quantizer === undefined || tables === undefined)
    return [['tables', 'none: this bundle encodes no bytes, export it again with tables']];
  const shownRates = (rates ?? []).map((rate) => [
    `quality ${rate.quality}${rate.quality === quality ? ' (default)' : ''}`,
    `${rate.validationBytesPerImage.toFixed(2)} bytes an image at ${decibels(rate.validationPsnr)} (validation images)`,
  ]);
  const qualities = `qualities 0..${qualityCount(quantizer) - 1}, ${quality} by default`;
  const contextRows = context
    ? [['context', `${context.file}, ${formatBytes(context.bytes)}, runs as ${contextKernel}`]]
    : [];
  return [
    ['tables', `${tables.file}, ${formatBytes(tables.bytes)}, ${qualities}`],
    ...contextRows,
    ['priors', `${priorsOf(manifest).join(', ')}; ${defaultPrior(manifest)} by default`],
    ...shownRates,
  ];
}

function priorsOf({ tables, context }: Manifest): Prior[] {
  return [...(tables ? (['factorized'] as const) : []), ...(context ? (['context'] as const) : [])];
}

const decibels = (psnr: number | null): string => (psnr === null ? 'no loss' : `${psnr.toFixed(2)} dB`);

const MAX_SHOWN_CHARACTERS = 80;

function shown(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
}

function totalBytes({ encoder, decoder, tables, context }: Manifest, encodes: boolean): number {
  return (encodes ? encoder.bytes : 0) + decoder.bytes + (tables?.bytes ?? 0) + (context?.bytes ?? 0);
}

function latentBytes({ latent }: Manifest): number {
  return latent.channels * latent.height * latent.width * Float32Array.BYTES_PER_ELEMENT;
}
