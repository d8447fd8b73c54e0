import type { RateDistortion } from './comparison/result.js';
import { breakEvens } from './comparison/table/break-even.js';
import type { Metrics } from './schema.js';

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const dB = (psnr: number | null): string => (psnr === null ? 'identical' : `${psnr.toFixed(2)} dB`);

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

function headline({ dataset, distortion, latent, model, bundle, parity }: Metrics): string {
  const rows: [string, string][] = [
    [
      'images',
      `${dataset.images.toLocaleString('en')} ${dataset.part} images of ${dataset.name}, ${dataset.height}×${dataset.width}×${dataset.channels}`,
    ],
    ['mean squared error (pixels 0..1, uint8 output)', distortion.mse.toFixed(5)],
    ['PSNR', dB(distortion.psnr)],
    ['SSIM', distortion.ssim.toFixed(3)],
    [
      'latent',
      `${latent.channels}×${latent.height}×${latent.width}, ${latent.float32Bytes} bytes as float32 (raw image: ${latent.imageBytes})`,
    ],
    ['parameters', `${model.encoderParameters} encoder + ${model.decoderParameters} decoder`],
    ['bundle', `${kB(bundle.bytes)}: ${bundle.files.map((f) => `${f.file} ${kB(f.bytes)}`).join(', ')}`],
  ];
  if (parity)
    rows.push([
      'tfjs and ONNX Runtime differ by at most',
      `${parity.encoder.toExponential(1)} (latents), ${parity.decoder.toExponential(1)} (pixels)`,
    ]);
  return table(['measured', 'value'], rows);
}

type Rate = NonNullable<Metrics['bitstreams']>['rates'][number];

/** For a rate of this bundle, after how many images it pays; undefined where the comparison did not measure the same. */
function breakEvenOf({ bundle }: Metrics, comparison: RateDistortion | undefined) {
  const known = comparison === undefined ? [] : breakEvens(comparison);
  return ({ prior, containerBytesPerImage, mse }: Rate) =>
    known.find(
      ({ method, point }) =>
        method.prior === prior &&
        point.modelBytes === bundle.bytes &&
        point.bytesPerImage === containerBytesPerImage &&
        Math.abs(point.mse - mse) < 1e-9,
    );
}

const BREAK_EVEN = `
From so many images on, bundle and bitstream together are smaller than one mosaic of all images in the best classical
codec at equal or better PSNR (\`npm run rate-distortion\`).
`;

function realBytes(metrics: Metrics, comparison: RateDistortion | undefined): string {
  const { bitstreams } = metrics;
  if (bitstreams === undefined) return '';
  const first = bitstreams.rates.findIndex(({ quality }) => quality === bitstreams.defaultQuality);
  const pays = bitstreams.rates.map(breakEvenOf(metrics, comparison));
  const compared = pays.some((found) => found !== undefined);
  const rows = bitstreams.rates.map((rate, i) => [
    `${rate.quality}${i === first ? ' (default)' : ''}`,
    rate.prior,
    rate.containerBytesPerImage.toFixed(1),
    rate.streamBytesPerImage.toFixed(1),
    dB(rate.psnr),
    rate.ssim.toFixed(3),
    ...(compared ? [pays[i] === undefined ? '' : (pays[i].images?.toLocaleString('en') ?? 'never')] : []),
  ]);
  const head = ['quality', 'prior', 'container, bytes/image', 'image alone, bytes', 'PSNR', 'SSIM'];
  const heads = compared ? [...head, 'pays from so many images on'] : head;
  const note = compared ? BREAK_EVEN : '';
  return `\n## Real bytes\n\nEverything included but the bundle.\n${note}\n${table(heads, rows)}\n`;
}

function perClass({ distortion }: Metrics): string {
  if (distortion.perClass === undefined) return '';
  const rows = distortion.perClass.map(({ label, images, mse, psnr, ssim }) => [
    label,
    images,
    mse.toFixed(5),
    dB(psnr),
    ssim.toFixed(3),
  ]);
  return `\n## By class\n\n${table(['class', 'images', 'MSE', 'PSNR', 'SSIM'], rows)}\n`;
}

function recipe({ recipe: settings, training, versions, command }: Metrics): string {
  const rows = Object.entries(settings).map(([name, value]) => [
    name,
    typeof value === 'object' && value !== null ? `\`${JSON.stringify(value)}\`` : String(value),
  ]);
  if (training)
    rows.push(['epochs done', String(training.epochs)], ['exported epoch', String(training.bestEpoch)]);
  const packages = Object.entries(versions.packages).map(([name, version]) => `${name} ${version}`);
  return `\n## Training\n\n\`\`\`sh\n${command}\n\`\`\`\n\n${table(['setting', 'value'], rows)}\n\nNode ${versions.node}, ${packages.join(', ')}.\n`;
}

/** What a card shows besides its metrics.json. */
export interface CardExtras {
  /** Files beside the card. */
  readonly pictures?: readonly string[];
  /** Other codecs on the same images. */
  readonly comparison?: RateDistortion | undefined;
}

/**
 * A model card in Markdown (Mitchell et al., 2019, arXiv:1810.03993): what a bundle is for, how it was trained, and
 * what was measured, all out of its metrics.json.
 */
export function modelCard(metrics: Metrics, name: string, extras: CardExtras = {}): string {
  const { model, dataset } = metrics;
  const { pictures = [], comparison } = extras;
  return `# ${name}

Bundle of architecture "${model.name}", trained on ${dataset.name}: ${metrics.bundle.files.map(({ file }) => `\`${file}\``).join(', ')},
to be loaded with \`loadCodec('models/${name}')\` from \`@convae/runtime\`.

Intended for images like those it was trained on (${dataset.name}, ${dataset.height}×${dataset.width}, ${dataset.channels === 1 ? 'grey' : 'RGB'});
on others it reconstructs badly. Only the weights are ours; the images belong to their authors.

${pictures.map((file) => `![${file.replace(/\.\w+$/, '')}](${file})\n\n`).join('')}## Measured

${headline(metrics)}

Best weights by validation error; the ${dataset.part} images took no part in training or in that choice.
${realBytes(metrics, comparison)}${perClass(metrics)}${recipe(metrics)}
This page is written by \`convae-train ship RUN -o models/${name}\` from the run's metrics.json.
`;
}
