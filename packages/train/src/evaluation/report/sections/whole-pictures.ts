import { figuresRow, figuresTable, largePicture } from '../figures.js';
import { formatCount, formatMse, formatPsnr, formatSsim } from '../format.js';
import { html } from '../html.js';
import type { ReportSection } from '../model.js';

/** Whole pictures as image streams, where a network was trained on crops of pictures of many sizes. */
export const wholePicturesSection: ReportSection = {
  id: 'pictures',
  title: 'Whole pictures',
  render: async ({ metrics: { pictures, dataset }, examples }) => {
    if (pictures === undefined || examples.pictures === undefined) return undefined;
    const { measured, of, prior, defaultQuality, rates } = pictures;
    const rows = rates.map((rate) =>
      figuresRow(`${rate.quality}${rate.quality === defaultQuality ? ' (default)' : ''}`, [
        formatCount(rate.bytesPerPicture),
        rate.bitsPerPixel.toFixed(3),
        formatPsnr(rate.psnr),
        formatSsim(rate.ssim),
        formatMse(rate.mse),
      ]),
    );
    return html`<p>The network was trained on crops of ${dataset.height}×${dataset.width} pixels, and the other figures
        of this page are those of crops. Here ${formatCount(measured)} of ${formatCount(of)} ${dataset.part} pictures,
        spread evenly over the set, were coded whole, each as an image stream (${prior} prior), and decoded. PSNR is
        from the error over all their pixels.</p>
      ${figuresTable({
        name: 'Whole pictures',
        caption: 'Bytes of whole pictures and what comes back',
        heads: ['Quality', 'Bytes per picture', 'Bits per pixel', 'PSNR', 'SSIM', 'MSE'],
        rows,
      })}
      <p>Some of them at the default quality, the original on the left; none was picked by how well it came out.</p>
      ${await largePicture(Buffer.from(examples.pictures), 'Whole pictures, each left of its reconstruction')}`;
  },
};
