import { ratePlot } from '../../plots/rate.js';
import { responsivePlot, scrollable } from '../figures.js';
import { formatMse, formatPsnr, formatSsim } from '../format.js';
import { type Html, html } from '../html.js';
import type { ReportSection } from '../model.js';

type Row = NonNullable<Parameters<ReportSection['render']>[0]['metrics']['bitstreams']>['rates'][number];

function row(rate: Row, isDefault: boolean): Html {
  return html`<tr><th scope="row">${rate.quality}${isDefault ? ' (default)' : ''}</th><td>${rate.prior}</td>
    <td>${rate.containerBytesPerImage.toFixed(1)}</td><td>${rate.streamBytesPerImage.toFixed(1)}</td>
    <td>${formatPsnr(rate.psnr)}</td><td>${formatSsim(rate.ssim)}</td><td>${formatMse(rate.mse)}</td></tr>`;
}

/** Bytes that were really written, and what came back from them. */
export const bitstreamsSection: ReportSection = {
  id: 'bytes',
  title: 'Real bytes',
  render: async ({ metrics: { bitstreams, dataset, latent, model } }) => {
    if (bitstreams === undefined || bitstreams.rates.length === 0) return undefined;
    const { rates, defaultQuality } = bitstreams;
    const plain =
      model.name === 'reference' && dataset.name === 'mnist'
        ? html`<p class="note"><strong>No compressor by itself.</strong> The reference network was trained for small
          errors only, not for small bytes: a plain principal component analysis with the same entropy coder needs
          fewer bytes at the same PSNR.</p>`
        : undefined;
    const label = `Line plot of PSNR against bytes per image over ${rates.length} qualities`;
    return html`<p>All images were quantized, entropy-coded into one container and decoded again, at each quality of the
        bundle. Sizes are file bytes with everything but the bundle; a raw image takes ${latent.imageBytes} bytes.</p>
      ${scrollable(
        'Bytes per image',
        html`<table class="figures"><caption>Bytes per image and what comes back</caption><thead><tr><th scope="col">Quality</th><th scope="col">Prior</th>
        <th scope="col">Container, bytes per image</th><th scope="col">Image alone, bytes</th><th scope="col">PSNR</th>
        <th scope="col">SSIM</th><th scope="col">MSE</th></tr></thead>
        <tbody>${rates.map((rate, i) => row(rate, i === rates.findIndex(({ quality }) => quality === defaultQuality)))}</tbody></table>`,
      )}
      ${await responsivePlot((width, height) => ratePlot(rates, width, height), label)}${plain}`;
  },
};
