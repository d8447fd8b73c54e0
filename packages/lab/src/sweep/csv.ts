import type { SweepResults, VariantResult } from './results.js';

const cell = (value: string | number | boolean | null): string => {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const rowOf = (variant: VariantResult, axes: readonly string[]) => [
  ...axes.map((axis) => variant.choices[axis] ?? ''),
  variant.seeds.length,
  variant.validationMse,
  variant.validationPsnr,
  variant.parameters,
  variant.bytesPerImage,
  variant.codedPsnr,
  variant.bundleBytes,
  variant.seconds,
  variant.paretoParameters,
  variant.paretoBytes,
];

/** One line a variant, best first: what each axis settled, then medians over the seeds (RFC 4180). */
export function resultsCsv({ variants }: SweepResults): string {
  const axes = [...new Set(variants.flatMap(({ choices }) => Object.keys(choices)))];
  const head = [
    ...axes,
    'seeds',
    'validation_mse',
    'validation_psnr',
    'parameters',
    'bytes_per_image',
    'coded_psnr',
    'bundle_bytes',
    'training_seconds',
    'pareto_parameters',
    'pareto_bytes',
  ];
  return [head, ...variants.map((variant) => rowOf(variant, axes))]
    .map((cells) => `${cells.map(cell).join(',')}\r\n`)
    .join('');
}
