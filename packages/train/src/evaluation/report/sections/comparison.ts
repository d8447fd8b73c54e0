import { EXAMPLES_PER_CLASS, type Example } from '../../examples.js';
import { examplePicture, gallery } from '../figures.js';
import { type Html, html } from '../html.js';
import type { ReportSection } from '../model.js';

async function figure(example: Example): Promise<Html> {
  const { label } = example;
  const caption = label === undefined ? undefined : html`<figcaption>${label}</figcaption>`;
  return html`<figure>${await examplePicture(example)}${caption}</figure>`;
}

/** Originals above reconstructions, not picked by quality. */
export const comparisonSection: ReportSection = {
  id: 'comparison',
  title: 'Originals above reconstructions',
  render: async ({ examples, metrics }) => {
    const shown = examples.grid.flat().filter((example) => example !== undefined);
    const figures = await Promise.all(shown.map(figure));
    const choice =
      metrics.dataset.classes > 0
        ? `The first ${EXAMPLES_PER_CLASS} images of each class, its number below`
        : 'Images spread evenly over the set';
    return html`<p>${choice}; none was picked by how well it came out.</p>
      ${gallery(shown, figures)}`;
  },
};
