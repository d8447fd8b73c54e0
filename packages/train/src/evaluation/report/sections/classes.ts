import type { ClassDistortion } from '../../metrics/classes.js';
import { classPlot } from '../../plots/classes.js';
import { responsivePlot, scrollable } from '../figures.js';
import { formatCount, formatMse, formatPsnr, formatSsim } from '../format.js';
import { type Html, html } from '../html.js';
import type { ReportSection } from '../model.js';

/** Most classes drawn as bars. */
const MAX_BARS = 40;

function tableRow(name: string, { images, mse, psnr, ssim }: Omit<ClassDistortion, 'label'>): Html {
  return html`<tr><th scope="row">${name}</th><td>${formatCount(images)}</td><td>${formatMse(mse)}</td>
    <td>${formatPsnr(psnr)}</td><td>${formatSsim(ssim)}</td></tr>`;
}

/** Error by class, where the images have labels. */
export const classesSection: ReportSection = {
  id: 'classes',
  title: 'Class by class',
  render: async ({ metrics: { dataset, distortion } }) => {
    const { perClass, mse } = distortion;
    if (perClass === undefined) return undefined;
    const sorted = [...perClass].sort((a, b) => a.mse - b.mse);
    const label = `Bar plot of the mean squared error of each class; lowest is class ${sorted[0]?.label}, highest class ${sorted.at(-1)?.label}`;
    const plot =
      perClass.length <= MAX_BARS
        ? await responsivePlot((width, height) => classPlot(perClass, mse, width, height), label)
        : undefined;
    const rows = perClass.map((entry) => tableRow(String(entry.label), entry));
    const all = tableRow('all', { images: dataset.images, ...distortion });
    return html`<p>Lowest error: class ${sorted[0]?.label}; highest: class ${sorted.at(-1)?.label}. The dashed line is
        the error over all images.</p>${plot}
      ${scrollable(
        'Distortion by class',
        html`<table class="figures"><caption>Distortion by class</caption>
        <thead><tr><th scope="col">Class</th><th scope="col">Images</th><th scope="col">MSE</th>
          <th scope="col">PSNR</th><th scope="col">SSIM</th></tr></thead>
        <tbody>${rows}</tbody><tfoot>${all}</tfoot></table>`,
      )}`;
  },
};
