import type { Metrics } from '../../schema.js';
import { scrollable } from '../figures.js';
import { formatCount, formatShape } from '../format.js';
import { type Html, html } from '../html.js';
import type { ReportSection } from '../model.js';

type Layer = Metrics['model']['layers'][number];

function layerRow({ name, description, outputShape, parameters }: Layer): Html {
  return html`<tr><th scope="row">${name}</th><td class="words">${description}</td><td>${formatShape(outputShape)}</td>
    <td>${formatCount(parameters)}</td></tr>`;
}

function partTotal(name: string, parameters: number): Html {
  return html`<tr><th scope="row" colspan="3">${name}</th><td>${formatCount(parameters)}</td></tr>`;
}

/** The network, layer by layer. */
export const architectureSection: ReportSection = {
  id: 'architecture',
  title: 'The network',
  render: async ({ metrics: { model, dataset } }) => {
    if (model.layers.length === 0) return undefined;
    const { encoderParameters, decoderParameters } = model;
    const input = formatShape([dataset.channels, dataset.height, dataset.width]);
    return html`<p>Architecture <code>${model.name}</code>. Shapes are channels × height × width for an input of
        ${input}.</p>
      ${scrollable(
        'Layers',
        html`<table class="figures"><caption>Layers, output shapes and parameters</caption>
        <thead><tr><th scope="col">Layer</th><th scope="col" class="words">What it does</th>
          <th scope="col">Output</th><th scope="col">Parameters</th></tr></thead>
        <tbody>${model.layers.map(layerRow)}</tbody>
        <tfoot>${partTotal('Encoder', encoderParameters)}${partTotal('Decoder', decoderParameters)}
          ${partTotal('Together', encoderParameters + decoderParameters)}</tfoot></table>`,
      )}`;
  },
};
