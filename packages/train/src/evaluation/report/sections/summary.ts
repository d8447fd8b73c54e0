import { colourName, type ImageChannels } from '@convae/runtime/core';
import type { Metrics } from '../../schema.js';
import { formatBytes, formatCount, formatMse, formatPsnr, formatShape, formatSsim } from '../format.js';
import { type Html, html } from '../html.js';
import type { ReportSection } from '../model.js';

/** One figure of a list of cards. */
export function card(value: string, name: string, note: string): Html {
  return html`<div class="card"><dt>${name}</dt><dd><strong>${value}</strong><span>${note}</span></dd></div>`;
}

function cards({ distortion, latent, model, bundle }: Metrics): Html {
  const { channels, height, width } = latent;
  const parameters = model.encoderParameters + model.decoderParameters;
  return html`<dl class="cards">
    ${card(formatPsnr(distortion.psnr), 'PSNR', 'from the error over all pixels')}
    ${card(formatSsim(distortion.ssim), 'SSIM', 'structural similarity; 1 is identical')}
    ${card(formatMse(distortion.mse), 'Mean squared error', 'pixels on 0..1, uint8 output')}
    ${card(formatShape([channels, height, width]), 'Latent', `${formatBytes(latent.float32Bytes)} as float32`)}
    ${card(formatCount(parameters), 'Parameters', 'encoder and decoder together')}
    ${card(formatBytes(bundle.bytes), 'Bundle', 'graphs, entropy tables, manifest')}
  </dl>`;
}

/** How far off a pixel is on average, in words: the root of the MSE as a share of the full range. */
function quality({ distortion, dataset, latent, speed }: Metrics): Html {
  const { channels, height, width } = latent;
  const part = dataset.part === 'test' ? 'test' : 'validation';
  const off = (Math.sqrt(distortion.mse) * 100).toFixed(1);
  return html`<p class="lead">Each of the ${formatCount(dataset.images)} ${part} images of ${dataset.name}
    (${dataset.height}×${dataset.width}${dataset.channels === 1 ? '' : `, ${colourName(dataset.channels as ImageChannels)}`}) was turned into ${formatShape([channels, height, width])}
    numbers by <code>encoder.onnx</code> and back into pixels by <code>decoder.onnx</code>, on ONNX Runtime
    (${speed.executionProvider}). A reconstructed pixel is off by ${off}% of the full range (root mean square):
    ${formatPsnr(distortion.psnr)}. Each further 10 dB would mean a tenth of the squared error.</p>`;
}

/** The range over three seeds of the recipe (`npm run bench -- seeds`). */
const REFERENCE_MSE = '0.0072 to 0.0075 (21.2 to 21.4 dB)';

function reference({ dataset, model, training }: Metrics): Html | undefined {
  if (dataset.name !== 'mnist' || model.name !== 'reference') return undefined;
  const count = training?.epochs;
  const epochs =
    count === undefined ? '' : ` This one was trained for ${count} epoch${count === 1 ? '' : 's'}.`;
  return html`<p>This is the reference network. Its full recipe of 30 epochs ends at a test error of
    ${REFERENCE_MSE}, differently from seed to seed: readable digits with soft strokes.${epochs}</p>`;
}

function sizeComparison({ float32Bytes, imageBytes }: Metrics['latent']): string {
  if (float32Bytes === imageBytes) return 'exactly as many as the image itself';
  const ratio = float32Bytes / imageBytes;
  const image = `the image itself takes ${formatBytes(imageBytes)}`;
  return ratio > 1 ? `${ratio.toFixed(1)} times the image: ${image}` : `while ${image}`;
}

/** What saves bytes: float32 latents smaller than raw pixels still lose to any lossless codec. */
function whatSaves({ float32Bytes, imageBytes }: Metrics['latent']): string {
  return float32Bytes < imageBytes
    ? 'That undercuts raw pixels, which no image format stores; files get small by quantizing the latents and entropy-coding the symbols'
    : 'Bytes are saved only by quantizing the latents and entropy-coding the symbols';
}

/** The one misunderstanding that such a figure invites. */
function noCompression({ latent }: Metrics): Html {
  return html`<p class="note"><strong>Not compression by itself.</strong> As float32 the latents of one image take
    ${formatBytes(latent.float32Bytes)}, ${sizeComparison(latent)}. ${whatSaves(latent)}; counting
    ${formatCount(latent.float32Bytes / 4)} numbers against ${formatCount(latent.imageBytes)} pixel values says nothing
    about file size.</p>`;
}

function deadNote({ latent }: Metrics): Html | undefined {
  const { deadChannels, channels } = latent;
  if (deadChannels.length === 0) return undefined;
  const many = deadChannels.length > 1;
  return html`<p class="note warning"><strong>Dead latent channel${many ? 's' : ''}.</strong>
    ${deadChannels.length} of ${channels} latent channels (${deadChannels.join(', ')}) hold${many ? '' : 's'} the same value for
    every image and carr${many ? 'y' : 'ies'} nothing to the decoder. Another seed usually does better.</p>`;
}

/** Headline figures, and what they do and do not mean. */
export const summarySection: ReportSection = {
  id: 'summary',
  title: 'In short',
  render: async ({ metrics }) =>
    html`${quality(metrics)}${cards(metrics)}${deadNote(metrics)}${reference(metrics)}${noCompression(metrics)}`,
};
