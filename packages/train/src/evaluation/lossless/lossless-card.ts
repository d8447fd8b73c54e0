import { colourName, type ImageChannels } from '@convae/runtime/core';
import { kB, table, trainingText } from '../model-card.js';
import type { LosslessMetrics } from './lossless-schema.js';

/** What a card of a lossless bundle shows besides its metrics.json. */
export interface LosslessCardExtras {
  /** Files beside the card. */
  readonly pictures: readonly string[];
  /** What evaluations add, in Markdown. */
  readonly parts: readonly string[];
  /** What training took, by the clock. */
  readonly minutes: number | undefined;
}

function headline({ dataset, bytes, pictures, network, bundle, speed }: LosslessMetrics): string {
  const { images, part, name, height, width, channels } = dataset;
  const rows: [string, string][] = [
    ['images', `${images.toLocaleString('en')} ${part} images of ${name}, ${height}×${width}×${channels}`],
    ['came back', 'every value of every image'],
    ['bits per pixel (container)', bytes.bitsPerPixel.toFixed(3)],
    [
      'bytes per image (container)',
      `${bytes.containerBytesPerImage.toFixed(1)} (raw image: ${bytes.imageBytes})`,
    ],
    [
      'bytes of an image alone',
      `${bytes.streamBytesPerImage.toFixed(1)} (${bytes.smallestStream} to ${bytes.largestStream})`,
    ],
    [
      'network',
      `radius ${network.radius}, ${network.hidden1} and ${network.hidden2} units, ${network.components} logistics, ${network.gridHeight}×${network.gridWidth} places: ${network.weights} weights`,
    ],
    ['bundle', `${kB(bundle.bytes)}: ${bundle.files.map((f) => `${f.file} ${kB(f.bytes)}`).join(', ')}`],
    [
      'images per second, on a machine that did other work too',
      `${Math.round(speed.encodeImagesPerSecond)} encoded, ${Math.round(speed.decodeImagesPerSecond)} decoded`,
    ],
  ];
  if (pictures)
    rows.push([
      'whole pictures',
      `${pictures.bitsPerPixel.toFixed(3)} bits per pixel, ${Math.round(pictures.bytesPerPicture)} bytes each (${pictures.measured} of ${pictures.of})`,
    ]);
  return table(['measured', 'value'], rows);
}

/** A model card of a lossless bundle in Markdown, all out of its metrics.json. */
export function losslessCard(
  metrics: LosslessMetrics,
  name: string,
  { pictures, parts, minutes }: LosslessCardExtras,
): string {
  const { dataset, bundle } = metrics;
  const size = `${dataset.height}×${dataset.width}`;
  const sizes = metrics.pictures === undefined ? size : `any size, trained on crops of ${size}`;
  return `# ${name}

Lossless bundle, trained on ${dataset.name}: ${bundle.files.map(({ file }) => `\`${file}\``).join(', ')}, to be loaded with
\`loadCodec('models/${name}')\` from \`@convae/runtime\`. It needs no ONNX Runtime.

Intended for images like those it was trained on (${dataset.name}, ${sizes}, ${colourName(dataset.channels as ImageChannels)}).
Any image of that kind of any size comes back value for value; others only take more bytes. Only the weights are ours; the
images belong to their authors.

${pictures.map((file) => `![${file.replace(/\.\w+$/, '')}](${file})\n\n`).join('')}## Measured

${headline(metrics)}

Best weights by validation bits; the ${dataset.part} images took no part in training or in that choice.
${parts.map((part) => `\n${part.trim()}\n`).join('')}${trainingText(metrics, minutes)}
This page is written by \`convae-train ship RUN -o models/${name}\` from the run's metrics.json.
`;
}
