import { median } from '@convae/runtime/core';
import type { RunResult } from './run-result.js';
import type { RunState } from './states.js';
import type { Variant } from './variants.js';

/** Rate and distortion of a variant at one quality: medians over its seeds, on the validation images. */
interface RatePoint {
  readonly quality: number;
  readonly bytesPerImage: number;
  readonly psnr: number;
}

/** What came out for one variant: medians over its finished seeds, on the validation images. */
export interface VariantResult {
  readonly label: string;
  readonly choices: Readonly<Record<string, string>>;
  readonly parameters: number;
  readonly seeds: readonly number[];
  readonly validationMse: number;
  readonly validationPsnr: number;
  readonly bundleBytes: number;
  readonly seconds: number;
  readonly rates: readonly RatePoint[];
  /** At the default quality; null without tables. */
  readonly bytesPerImage: number | null;
  readonly codedPsnr: number | null;
  /** Whether no other variant has a better PSNR with no more parameters. */
  readonly paretoParameters: boolean;
  /** Whether one of its qualities has a PSNR that no other point has with no more bytes. */
  readonly paretoBytes: boolean;
}

interface FailedRun {
  readonly name: string;
  readonly reason: string;
}

/** results.json. Test images take no part in any of it. */
export interface SweepResults {
  readonly format: 'convae-sweep';
  readonly version: 1;
  readonly createdBy: string;
  readonly dataset: { readonly name: string; readonly images: number; readonly validationImages: number };
  /** Best validation PSNR first. */
  readonly variants: readonly VariantResult[];
  readonly runs: readonly RunResult[];
  readonly failed: readonly FailedRun[];
  /** Variants that were left out because of their number of parameters. */
  readonly leftOut: number;
  /** The best seed of the best variant; its bundle is in `best/`. Null where no run was finished. */
  readonly best: { readonly label: string; readonly run: string; readonly validationPsnr: number } | null;
}

/** A point of a trade: little cost, much quality. */
export interface Trade {
  readonly cost: number;
  readonly psnr: number;
}

/** Those points that no other one beats: as good for less, or better for no more. Cheapest first. */
export function paretoFront<T extends Trade>(points: readonly T[]): T[] {
  const sorted = [...points].sort((a, b) => a.cost - b.cost || b.psnr - a.psnr);
  let best = Number.NEGATIVE_INFINITY;
  return sorted.filter(({ psnr }) => {
    const better = psnr > best;
    best = Math.max(best, psnr);
    return better;
  });
}

function ratesOf(results: readonly RunResult[]): RatePoint[] {
  const qualities = [...new Set(results.flatMap(({ rates }) => rates.map(({ quality }) => quality)))];
  return qualities.map((quality) => {
    const points = results.flatMap(({ rates }) => rates.filter((rate) => rate.quality === quality));
    const of = (name: 'bytesPerImage' | 'psnr'): number => median(points.map((point) => point[name]))!;
    return { quality, bytesPerImage: of('bytesPerImage'), psnr: of('psnr') };
  });
}

type Measured = Omit<VariantResult, 'paretoParameters' | 'paretoBytes'>;

function measured({ label, choices, parameters }: Variant, results: readonly RunResult[]): Measured {
  const of = (name: 'validationMse' | 'validationPsnr' | 'bundleBytes' | 'seconds'): number =>
    median(results.map((result) => result[name]))!;
  const rates = ratesOf(results);
  const usual = rates.find(({ quality }) => quality === results[0]!.quality);
  return {
    label,
    choices,
    parameters,
    seeds: results.map(({ seed }) => seed),
    validationMse: of('validationMse'),
    validationPsnr: of('validationPsnr'),
    bundleBytes: of('bundleBytes'),
    seconds: of('seconds'),
    rates,
    bytesPerImage: usual?.bytesPerImage ?? null,
    codedPsnr: usual?.psnr ?? null,
  };
}

/** All variants' points of rate and distortion. */
export const bytesPoints = (variants: readonly Measured[]) =>
  variants.flatMap(({ label, rates }) =>
    rates.map(({ bytesPerImage, psnr, quality }) => ({ label, cost: bytesPerImage, psnr, quality })),
  );

/** Each variant's number of parameters and PSNR. */
export const parameterPoints = (variants: readonly Measured[]) =>
  variants.map(({ label, parameters, validationPsnr }) => ({
    label,
    cost: parameters,
    psnr: validationPsnr,
  }));

function withFronts(variants: readonly Measured[]): VariantResult[] {
  const smallest = new Set(paretoFront(parameterPoints(variants)).map(({ label }) => label));
  const fewest = new Set(paretoFront(bytesPoints(variants)).map(({ label }) => label));
  return variants.map((variant) => ({
    ...variant,
    paretoParameters: smallest.has(variant.label),
    paretoBytes: fewest.has(variant.label),
  }));
}

/** Finished runs by variant, best median validation PSNR first. */
export function variantResults(states: readonly RunState[]): VariantResult[] {
  const byVariant = new Map<Variant, RunResult[]>();
  for (const { run, result } of states)
    if (result) byVariant.set(run.variant, [...(byVariant.get(run.variant) ?? []), result]);
  const all = [...byVariant].map(([variant, results]) => measured(variant, results));
  return withFronts(all.sort((a, b) => a.validationMse - b.validationMse));
}

/** The best seed of the best variant. */
export function bestOf(states: readonly RunState[], variants: readonly VariantResult[]): RunState | null {
  const label = variants[0]?.label;
  const runs = states.filter(({ run, result }) => result && run.variant.label === label);
  return runs.reduce<RunState | null>(
    (best, state) =>
      best === null || state.result!.validationMse < best.result!.validationMse ? state : best,
    null,
  );
}
