import { colourName, type ImageChannels } from '@convae/runtime/core';
import type { CardColumn } from './plug-in.js';
import type { Metrics } from './schema.js';

/** 4.3 kB (decimal). */
export const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
/** 20.68 dB; the word for no error at all. */
export const dB = (psnr: number | null): string => (psnr === null ? 'identical' : `${psnr.toFixed(2)} dB`);

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
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

function realBytes({ bitstreams }: Metrics, columns: readonly CardColumn[]): string {
  if (bitstreams === undefined) return '';
  const { rates, defaultQuality } = bitstreams;
  const first = rates.findIndex(({ quality }) => quality === defaultQuality);
  const known = columns.filter(({ cell }) => rates.some((rate) => cell(rate) !== undefined));
  const rows = rates.map((rate, i) => [
    `${rate.quality}${i === first ? ' (default)' : ''}`,
    rate.prior,
    rate.containerBytesPerImage.toFixed(1),
    rate.streamBytesPerImage.toFixed(1),
    dB(rate.psnr),
    rate.ssim.toFixed(3),
    ...known.map(({ cell }) => cell(rate) ?? ''),
  ]);
  const head = ['quality', 'prior', 'container, bytes/image', 'image alone, bytes', 'PSNR', 'SSIM'];
  const heads = [...head, ...known.map((column) => column.head)];
  const notes = known.map(({ note }) => `\n${note}\n`).join('');
  return `\n## Real bytes\n\nEverything included but the bundle.\n${notes}\n${table(heads, rows)}\n`;
}

function wholePictures({ pictures }: Metrics): string {
  if (pictures === undefined) return '';
  const { measured, of, prior, defaultQuality, rates } = pictures;
  const rows = rates.map((rate) => [
    `${rate.quality}${rate.quality === defaultQuality ? ' (default)' : ''}`,
    Math.round(rate.bytesPerPicture),
    rate.bitsPerPixel.toFixed(3),
    dB(rate.psnr),
    rate.ssim.toFixed(3),
  ]);
  const head = ['quality', 'bytes/picture', 'bits/pixel', 'PSNR', 'SSIM'];
  const which = `${measured} of ${of} pictures, each as an image stream (${prior} prior).`;
  return `\n## Whole pictures\n\n${which} PSNR is from the error over all their pixels.\n\n${table(head, rows)}\n`;
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

/** What a run says of its training. */
interface Origin extends Pick<Metrics, 'recipe' | 'versions' | 'command'> {
  readonly training?: Pick<NonNullable<Metrics['training']>, 'epochs' | 'bestEpoch'> | undefined;
}

/** How a run was made, as a section of a card. */
export function trainingText(
  { recipe: settings, training, versions, command }: Origin,
  minutes: number | undefined,
): string {
  const rows = Object.entries(settings).map(([name, value]) => [
    name,
    typeof value === 'object' && value !== null ? `\`${JSON.stringify(value)}\`` : String(value),
  ]);
  if (training)
    rows.push(['epochs done', String(training.epochs)], ['exported epoch', String(training.bestEpoch)]);
  if (minutes !== undefined) rows.push(['minutes of training', minutes.toFixed(1)]);
  const packages = Object.entries(versions.packages).map(([name, version]) => `${name} ${version}`);
  return `\n## Training\n\n\`\`\`sh\n${command}\n\`\`\`\n\n${table(['setting', 'value'], rows)}\n\nNode ${versions.node}, ${packages.join(', ')}.\n`;
}

/** What a card shows besides its metrics.json. */
export interface CardExtras {
  /** Files beside the card. */
  readonly pictures?: readonly string[];
  /** What evaluations add to its table of rates. */
  readonly columns?: readonly CardColumn[];
  /** What training took, by the clock. */
  readonly minutes?: number | undefined;
}

/**
 * A model card in Markdown (Mitchell et al., 2019, arXiv:1810.03993): what a bundle is for, how it was trained, and
 * what was measured, all out of its metrics.json.
 */
export function modelCard(metrics: Metrics, name: string, extras: CardExtras = {}): string {
  const { model, dataset } = metrics;
  const { pictures = [], columns = [], minutes } = extras;
  const size = `${dataset.height}×${dataset.width}`;
  const sizes = metrics.pictures === undefined ? size : `any size, trained on crops of ${size}`;
  return `# ${name}

Bundle of architecture "${model.name}", trained on ${dataset.name}: ${metrics.bundle.files.map(({ file }) => `\`${file}\``).join(', ')},
to be loaded with \`loadCodec('models/${name}')\` from \`@convae/runtime\`.

Intended for images like those it was trained on (${dataset.name}, ${sizes}, ${colourName(dataset.channels as ImageChannels)});
on others it reconstructs badly. Only the weights are ours; the images belong to their authors.

${pictures.map((file) => `![${file.replace(/\.\w+$/, '')}](${file})\n\n`).join('')}## Measured

${headline(metrics)}

Best weights by validation error; the ${dataset.part} images took no part in training or in that choice.
${wholePictures(metrics)}${realBytes(metrics, columns)}${perClass(metrics)}${trainingText(metrics, minutes)}
This page is written by \`convae-train ship RUN -o models/${name}\` from the run's metrics.json.
`;
}
