import { ratePlot } from '../../plots/rate.js';
import type { Rate } from '../../plug-in.js';
import { figuresRow, figuresTable, responsivePlot } from '../figures.js';
import { formatMse, formatPsnr, formatSsim } from '../format.js';
import { type Html, html } from '../html.js';
import type { ReportSection } from '../model.js';

function row(rate: Rate, isDefault: boolean): Html {
  return figuresRow(`${rate.quality}${isDefault ? ' (default)' : ''}`, [
    rate.prior,
    rate.containerBytesPerImage.toFixed(1),
    rate.streamBytesPerImage.toFixed(1),
    formatPsnr(rate.psnr),
    formatSsim(rate.ssim),
    formatMse(rate.mse),
  ]);
}

/** Bytes that were really written, and what came back from them. */
export const bitstreamsSection: ReportSection = {
  id: 'bytes',
  title: 'Real bytes',
  render: async ({ metrics: { bitstreams, dataset, latent, model } }) => {
    if (bitstreams === undefined || bitstreams.rates.length === 0) return undefined;
    const { rates, defaultQuality } = bitstreams;
    const usual = rates.findIndex(({ quality }) => quality === defaultQuality);
    const plain =
      model.name === 'reference' && dataset.name === 'mnist'
        ? html`<p class="note"><strong>No compressor by itself.</strong> The reference network was trained for small
          errors only, not for small bytes: a plain principal component analysis with the same entropy coder needs
          fewer bytes at the same PSNR.</p>`
        : undefined;
    const label = `Line plot of PSNR against bytes per image over ${rates.length} qualities`;
    return html`<p>All images were quantized, entropy-coded into one container and decoded again, at each quality of the
        bundle. Sizes are file bytes with everything but the bundle; a raw image takes ${latent.imageBytes} bytes.</p>
      ${figuresTable({
        name: 'Bytes per image',
        caption: 'Bytes per image and what comes back',
        heads: [
          'Quality',
          'Prior',
          'Container, bytes per image',
          'Image alone, bytes',
          'PSNR',
          'SSIM',
          'MSE',
        ],
        rows: rates.map((rate, i) => row(rate, i === usual)),
      })}
      ${await responsivePlot((width, height) => ratePlot(rates, width, height), label)}${plain}`;
  },
};
