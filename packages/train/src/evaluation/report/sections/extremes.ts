import type { Example } from '../../examples.js';
import { examplePicture, gallery } from '../figures.js';
import { formatPsnr } from '../format.js';
import { type Html, html } from '../html.js';
import type { ReportSection } from '../model.js';

async function figure(example: Example): Promise<Html> {
  const { index, label, psnr } = example;
  const name = label === undefined ? undefined : html`<strong>${label}</strong><br>`;
  return html`<figure>${await examplePicture(example, true)}
    <figcaption>${name}${formatPsnr(psnr)}<br>no. ${index}</figcaption></figure>`;
}

async function row(title: string, examples: readonly Example[]): Promise<Html> {
  const figures = await Promise.all(examples.map(figure));
  return html`<h3>${title}</h3>${gallery(examples, figures, 'extremes')}`;
}

/** The images with the largest and the smallest error. */
export const extremesSection: ReportSection = {
  id: 'extremes',
  title: 'Worst and best cases',
  render: async ({
    examples,
  }) => html`<p>Original, reconstruction, and the absolute difference between them (bright
      is wrong).</p>
    ${await row('Largest error', examples.worst)}${await row('Smallest error', examples.best)}`,
};
