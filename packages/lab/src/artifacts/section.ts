import {
  figuresRow,
  figuresTable,
  formatCount,
  formatPsnr,
  type Html,
  html,
  largePicture,
  responsivePlot,
} from '@convae/train/kit';
import { figuresSection } from '../evaluation/section.js';
import { stepPlot } from './plot.js';
import { ARTIFACTS_PICTURE, type ArtifactMeasure, type Artifacts, artifactsFile, real } from './schema.js';

function row(title: string, measure: ArtifactMeasure, artifact: number | null, psnr: string): Html {
  const { borderStep, insideStep, ratio, cellPower, pixelPower } = measure;
  return figuresRow(title, [
    real(borderStep, 4),
    real(insideStep, 4),
    real(ratio, 3),
    html`<strong>${real(artifact, 2)}</strong>`,
    (cellPower * 1e6).toFixed(0),
    (pixelPower * 1e6).toFixed(1),
    psnr,
  ]);
}

function table({ originals, decoders }: Artifacts): Html {
  return figuresTable({
    name: 'Artifact measure of each decoder',
    caption:
      'Steps between neighbouring pixels (0..1) and power at the checkerboard frequencies (millionths)',
    heads: ['Decoder', 'Across borders', 'Inside', 'Ratio', 'Artifact', 'Cell power', 'Pixel power', 'PSNR'],
    rows: [
      row('originals', originals, originals.ratio === null ? null : 1, '–'),
      ...decoders.map(({ title, measure, artifact, psnr }) =>
        row(title, measure, artifact, formatPsnr(psnr)),
      ),
    ],
  });
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
    ${table(figures)}
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
