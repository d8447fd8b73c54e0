import type { ClassDistortion } from '../../metrics/classes.js';
import { classPlot } from '../../plots/classes.js';
import { figuresRow, figuresTable, responsivePlot } from '../figures.js';
import { formatCount, formatMse, formatPsnr, formatSsim } from '../format.js';
import { type Html, html } from '../html.js';
import type { ReportSection } from '../model.js';

/** Most classes drawn as bars. */
const MAX_BARS = 40;

function row(name: string, { images, mse, psnr, ssim }: Omit<ClassDistortion, 'label'>): Html {
  return figuresRow(name, [formatCount(images), formatMse(mse), formatPsnr(psnr), formatSsim(ssim)]);
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
    return html`<p>Lowest error: class ${sorted[0]?.label}; highest: class ${sorted.at(-1)?.label}. The dashed line is
        the error over all images.</p>${plot}
      ${figuresTable({
        name: 'Distortion by class',
        caption: 'Distortion by class',
        heads: ['Class', 'Images', 'MSE', 'PSNR', 'SSIM'],
        rows: perClass.map((entry) => row(String(entry.label), entry)),
        foot: row('all', { images: dataset.images, ...distortion }),
      })}`;
  },
};
