import { colourName, type ImageChannels } from '@convae/runtime/core';
import { epochsPlot } from '../plots/loss.js';
import type { Evaluation } from '../plug-in.js';
import { largePicture, responsivePlot } from '../report/figures.js';
import { formatBytes, formatCount, formatDuration } from '../report/format.js';
import { type Html, html } from '../report/html.js';
import { pageOf, renderSections, sectionsWith } from '../report/page.js';
import { reproduceSection } from '../report/sections/reproduce.js';
import { card } from '../report/sections/summary.js';
import type { LosslessReportModel, LosslessSection } from './lossless-model.js';
import type { LosslessMetrics } from './lossless-schema.js';

const oneDigit = (bytes: number): string => `${bytes.toFixed(1)} bytes`;

function cards({ bytes, network, bundle, speed }: LosslessMetrics): Html {
  return html`<dl class="cards">
    ${card(`${bytes.bitsPerPixel.toFixed(3)} bits`, 'Per pixel', 'one container of all images')}
    ${card(oneDigit(bytes.containerBytesPerImage), 'An image in a container', `raw ${formatBytes(bytes.imageBytes)}`)}
    ${card(oneDigit(bytes.streamBytesPerImage), 'An image alone', `${bytes.smallestStream} to ${bytes.largestStream} bytes`)}
    ${card(formatBytes(bundle.bytes), 'Bundle', `${formatCount(network.weights)} weights, no graphs`)}
    ${card(`${formatCount(speed.encodeImagesPerSecond)} images/s`, 'Encoding', 'as measured, with what else ran')}
    ${card(`${formatCount(speed.decodeImagesPerSecond)} images/s`, 'Decoding', 'as measured, with what else ran')}
  </dl>`;
}

const summarySection: LosslessSection = {
  id: 'summary',
  title: 'In short',
  render: async ({ metrics }) => {
    const { dataset, network, pictures } = metrics;
    const { images, part, name, height, width, channels } = dataset;
    const whole =
      pictures === undefined
        ? undefined
        : html`<p>${formatCount(pictures.measured)} of ${formatCount(pictures.of)} whole pictures took
          ${formatCount(pictures.bytesPerPicture)} bytes each, ${pictures.bitsPerPixel.toFixed(3)} bits a pixel.</p>`;
    return html`<p class="lead">Each of the ${formatCount(images)} ${part} images of ${name} (${height}×${width},
      ${colourName(channels as ImageChannels)}) was encoded, in a container and alone, and came back value for value.
      A small network in integers gives every value its probabilities from the values before it: ${network.radius} rows
      and columns of neighbours, ${network.hidden1} and ${network.hidden2} units, ${network.components} logistics.</p>
      ${cards(metrics)}${whole}`;
  },
};

const bitsSection: LosslessSection = {
  id: 'bits',
  title: 'Which pixels take the bits',
  render: async ({ bits }) =>
    html`<p>Images spread evenly over the set; none was picked. Below each the bits of its pixels: dark where the network
      knew what came, bright where it did not.</p>
      ${await largePicture(bits, 'Images above maps of the bits that each pixel takes')}`,
};

const trainingSection: LosslessSection = {
  id: 'training',
  title: 'Training',
  render: async ({ history, metrics: { training } }) => {
    if (training === undefined || history.length === 0) return undefined;
    const { epochs, seconds, trainBits, validationBits, bestEpoch } = training;
    const validation =
      validationBits === null ? '' : `, ${validationBits.toFixed(4)} of the validation images`;
    const values = history.map(({ epoch, trainBits: train, validationBits: validation }) => ({
      epoch,
      train,
      validation,
    }));
    const label = `Line plot of the bits of a pixel value over ${epochs} epochs`;
    return html`<p>${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} in ${formatDuration(seconds)}; in the last one
      ${trainBits.toFixed(4)} bits for a value of the training images${validation} (ideal code lengths in floating
      point). Fewest in epoch ${bestEpoch}.</p>
      ${await responsivePlot((width, height) => epochsPlot(values, 'bits of a value', { width, height }), label)}`;
  },
};

const OWN_SECTIONS: readonly LosslessSection[] = [
  summarySection,
  bitsSection,
  trainingSection,
  reproduceSection,
];

/** The report of a lossless run as one HTML page without any outside reference. */
export async function renderLosslessReport(
  model: LosslessReportModel,
  evaluations: readonly Evaluation[] = [],
): Promise<string> {
  const { dataset, createdAt } = model.metrics;
  const further = evaluations.map(({ losslessSection }) => losslessSection);
  return pageOf({
    title: `Lossless coding of ${dataset.name}`,
    over: `convae report · ${createdAt.slice(0, 10)} · ${formatCount(dataset.images)} ${dataset.part} images`,
    sections: await renderSections(model, sectionsWith(OWN_SECTIONS, further)),
  });
}
