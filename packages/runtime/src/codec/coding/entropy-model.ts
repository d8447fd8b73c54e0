import type { Prior } from '../../bitstream/index.js';
import { defaultPrior } from '../../bundle/default-prior.js';
import type { BundleCoding } from '../../bundle/load.js';
import type { Manifest } from '../../bundle/manifest.js';
import type { ContextPrior, KernelOptions } from '../../context/index.js';
import { coarsenTable } from '../../entropy/coarsen.js';
import { TOTAL } from '../../entropy/precision.js';
import { type Quantizer, type QuantizerSpec, qualityCount, quantizerAt } from '../../entropy/quantizer.js';
import { type EntropyTable, type EntropyTables, packTables, unpackTable } from '../../entropy/tables.js';
import { ConvaeError } from '../../errors.js';
import { type ItemShape, sameShape } from '../../image.js';

/** A bundle's quantizer and tables at one quality. */
export interface QualityModel {
  readonly quantizer: Quantizer;
  readonly tables: EntropyTables;
  /** float64, bits of each table's most probable symbol: no symbol takes fewer. */
  readonly leastBits: Float64Array;
  /** The channels that are coded, ascending: those with a step. The symbols of others are 0. */
  readonly coded: readonly number[];
}

/**
 * The priors of a bundle: which table each symbol of a latent is coded under, at every quality (FORMAT.md, "Entropy
 * tables"), and the context prior where the bundle has one. Integers only, so they are the same on every machine.
 */
export class EntropyModel {
  /** The bundle's name. */
  readonly name: string;
  /** uint8, 8 bytes, names the bundle in containers. */
  readonly hash: Uint8Array;
  readonly qualities: number;
  readonly defaultQuality: number;
  /** The priors that the bundle has. */
  readonly priors: readonly Prior[];
  readonly defaultPrior: Prior;
  readonly #manifest: Manifest;
  readonly #coding: BundleCoding;
  readonly #contextOptions: KernelOptions;
  #context: ContextPrior | undefined;
  readonly #models = new Map<number, QualityModel>();
  /** Number of the first table per position; undefined where there are none. */
  readonly #positionTables: number | undefined;
  readonly #channelTables: boolean;
  #lastIndex: { readonly shape: ItemShape; readonly index: Uint16Array } | undefined;

  /** @throws ConvaeError UNSUPPORTED where the bundle has no tables. */
  constructor(manifest: Manifest, coding: BundleCoding | undefined, contextOptions: KernelOptions = {}) {
    if (coding === undefined || manifest.quantizer === undefined) {
      const advice = 'export it with tables (exportBundle\'s option "tables", or convae-train export)';
      throw new ConvaeError('UNSUPPORTED', `${manifest.name} has no entropy tables: ${advice}`);
    }
    const { channels, height, width } = manifest.latent;
    const { multipliers } = manifest.quantizer;
    const qualities = qualityCount(manifest.quantizer);
    const count = coding.tables.count / (multipliers === undefined ? qualities : 1);
    this.name = manifest.name;
    this.hash = coding.hash;
    this.qualities = qualities;
    this.defaultQuality = manifest.quality ?? this.qualities - 1;
    this.priors = coding.context === undefined ? ['factorized'] : ['factorized', 'context'];
    this.defaultPrior = defaultPrior(manifest);
    this.#manifest = manifest;
    this.#coding = coding;
    this.#contextOptions = contextOptions;
    this.#channelTables = count === channels || count > channels * height * width;
    this.#positionTables = count === channels ? undefined : count % (channels * height * width);
  }

  /**
   * The context prior, made when it is first needed.
   * @throws ConvaeError UNSUPPORTED where the bundle has none, or the kernel that was asked for does not run here.
   */
  context(): ContextPrior {
    const { context } = this.#coding;
    if (context === undefined)
      throw new ConvaeError(
        'UNSUPPORTED',
        `${this.#manifest.name} has no context prior: use the factorized one`,
      );
    this.#context ??= context.createPrior(this.#contextOptions.kernel);
    return this.#context;
  }

  /** The quantizer and the tables of a quality, 0 to `qualities` − 1. */
  at(quality: number): QualityModel {
    const known = this.#models.get(quality);
    if (known) return known;
    const spec = this.#manifest.quantizer!;
    const tables = tablesAt(this.#coding.tables, spec, quality);
    const quantizer = quantizerAt(spec, quality);
    const coded = codedChannels(quantizer);
    const model = {
      quantizer,
      tables,
      leastBits: Float64Array.from(tables.largest, (most) => Math.log2(TOTAL / most)),
      coded,
    };
    this.#models.set(quality, model);
    return model;
  }

  /**
   * uint16, the table of each symbol of one latent, in the order of the symbols.
   * @throws ConvaeError UNSUPPORTED where the bundle has tables for its own size only, and this is another.
   */
  tableIndex(shape: ItemShape): Uint16Array {
    if (this.#lastIndex && sameShape(this.#lastIndex.shape, shape)) return this.#lastIndex.index;
    const first = this.#firstTable(shape);
    const plane = first === undefined ? shape.height * shape.width : 1;
    const index = new Uint16Array(shape.channels * shape.height * shape.width);
    for (let i = 0; i < index.length; i++) index[i] = (first ?? 0) + Math.floor(i / plane);
    this.#lastIndex = { shape, index };
    return index;
  }

  /** The same for one channel of a latent: a single table, or one for each place. @throws as {@link tableIndex}. */
  planeIndex(shape: ItemShape, channel: number): Uint16Array {
    const first = this.#firstTable(shape);
    if (first === undefined) return Uint16Array.of(channel);
    const plane = shape.height * shape.width;
    return this.tableIndex(shape).subarray(channel * plane, (channel + 1) * plane);
  }

  /** Bits that a latent of this shape takes at least, found without memory for it. @throws as {@link tableIndex}. */
  leastBits(quality: number, shape: ItemShape): number {
    const { leastBits: bits, coded } = this.at(quality);
    const first = this.#firstTable(shape);
    const plane = shape.height * shape.width;
    const ofPlane = (channel: number): number => {
      if (first === undefined) return bits[channel]! * plane;
      const start = first + channel * plane;
      return bits.subarray(start, start + plane).reduce((sum, value) => sum + value, 0);
    };
    return coded.reduce((sum, channel) => sum + ofPlane(channel), 0);
  }

  /** The first table per position where the shape is the bundle's own; undefined where tables per channel serve. */
  #firstTable(shape: ItemShape): number | undefined {
    if (this.#positionTables !== undefined && sameShape(shape, this.#manifest.latent))
      return this.#positionTables;
    if (this.#channelTables) return undefined;
    const { name, image } = this.#manifest;
    const problem = `${name} has entropy tables for images of ${image.height}×${image.width} only`;
    throw new ConvaeError('UNSUPPORTED', problem);
  }
}

function codedChannels({ steps }: Quantizer): number[] {
  return Array.from(steps.keys()).filter((channel) => steps[channel]! > 0);
}

/** The tables of a quality: multiples of a lattice have sums of the finest step's, other steps tables of their own. */
function tablesAt(tables: EntropyTables, spec: QuantizerSpec, quality: number): EntropyTables {
  const { multipliers } = spec;
  if (multipliers?.[quality] === 1) return tables;
  const own = (count: number, table: (index: number) => EntropyTable): EntropyTables =>
    packTables(Array.from({ length: count }, (_, index) => table(index)));
  if (multipliers) return own(tables.count, (index) => coarsenTable(tables, index, multipliers[quality]!));
  const count = tables.count / qualityCount(spec);
  return own(count, (index) => unpackTable(tables, quality * count + index));
}
