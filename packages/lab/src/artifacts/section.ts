import {
  formatCount,
  formatPsnr,
  type Html,
  html,
  largePicture,
  responsivePlot,
  scrollable,
} from '@convae/train/kit';
import { figuresSection } from '../evaluation/section.js';
import { stepPlot } from './plot.js';
import { ARTIFACTS_PICTURE, type ArtifactMeasure, type Artifacts, artifactsFile } from './schema.js';

const real = (value: number | null, digits: number): string => (value === null ? '–' : value.toFixed(digits));

function row(title: string, measure: ArtifactMeasure, artifact: number | null, psnr: Html | string): Html {
  const { borderStep, insideStep, ratio, cellPower, pixelPower } = measure;
  return html`<tr><th scope="row">${title}</th><td>${real(borderStep, 4)}</td><td>${real(insideStep, 4)}</td>
    <td>${real(ratio, 3)}</td><td><strong>${real(artifact, 2)}</strong></td>
    <td>${(cellPower * 1e6).toFixed(0)}</td><td>${(pixelPower * 1e6).toFixed(1)}</td><td>${psnr}</td></tr>`;
}

function table({ originals, decoders }: Artifacts): Html {
  const rows = decoders.map(({ title, measure, artifact, psnr }) =>
    row(title, measure, artifact, formatPsnr(psnr)),
  );
  return html`<table class="figures"><caption>Steps between neighbouring pixels (0..1) and power at the checkerboard
    frequencies (millionths)</caption>
    <thead><tr><th scope="col">Decoder</th><th scope="col">Across borders</th><th scope="col">Inside</th>
    <th scope="col">Ratio</th><th scope="col">Artifact</th><th scope="col">Cell power</th>
    <th scope="col">Pixel power</th><th scope="col">PSNR</th></tr></thead>
    <tbody>${row('originals', originals, originals.ratio === null ? null : 1, '–')}${rows}</tbody></table>`;
}

async function content(figures: Artifacts, picture: Buffer | undefined): Promise<Html> {
  const { cell, dataset, decoders } = figures;
  const names = decoders.map(({ title }) => title).join(', ');
  const plot =
    figures.originals.places.length > 0
      ? await responsivePlot(
          (width, height) => stepPlot(figures, width, height),
          `Line plot of the mean step between neighbouring pixels by place in a cell, for the originals and ${names}`,
        )
      : undefined;
  return html`<p>One latent position stands for a cell of ${cell.height}×${cell.width} pixels. The mean step between
      neighbouring pixels across the borders of cells, divided by the mean step inside them, is a property of any
      image; the artifact measure is a decoder's ratio divided by that of the ${formatCount(dataset.images)}
      originals: 1 where no cell shows.</p>
    ${scrollable('Artifact measure of each decoder', table(figures))}
    <p>Cell power: what repeats from cell to cell, at all multiples of 1/${cell.width} cycles per pixel. Pixel power:
      the part of it that alternates from pixel to pixel. Strokes hold some of both; a decoder that adds a checkerboard
      has more than the originals.</p>
    ${plot}
    ${picture && (await largePicture(picture, `The same images enlarged: the originals, then through ${names}`))}`;
}

/** How far the cells of the latent show in what decoders give back. */
export const artifactsSection = figuresSection({
  id: 'artifacts',
  title: 'Do the cells show?',
  after: 'extremes',
  file: artifactsFile,
  bundles: ({ decoders }: Artifacts) => decoders.map(({ bundle }) => bundle),
  picture: ARTIFACTS_PICTURE,
  content,
});
