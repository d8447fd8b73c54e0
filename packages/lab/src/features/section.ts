import {
  formatCount,
  formatMse,
  type Html,
  html,
  inlinePlot,
  largePicture,
  raw,
  scrollable,
} from '@convae/train/kit';
import { figuresSection } from '../evaluation/section.js';
import { mapMarks, mapView } from './map-plot.js';
import { rocPlot, SCORE_TITLES } from './roc-plot.js';
import {
  type Anomaly,
  type Features,
  featuresFile,
  NEIGHBOURS_PICTURE,
  percent,
  REPRESENTATION_TITLES,
} from './schema.js';

function classifierRows({ probes = [], neighbours = [] }: Features): Html[] {
  return probes.map((probe, i) => {
    const nearest = neighbours[i]!;
    const scaled = nearest.scaling === 'none' ? '' : ', standardised';
    return html`<tr><th scope="row">${REPRESENTATION_TITLES[probe.representation]}</th><td>${probe.size}</td>
      <td>${percent(probe.testAccuracy)}</td><td>${percent(nearest.testAccuracy)}</td>
      <td>${percent(nearest.precision)}</td><td>${probe.penalty}</td><td>${nearest.k}${scaled}</td></tr>`;
  });
}

function classifiers(features: Features): Html | undefined {
  if (features.probes === undefined) return undefined;
  const { trainImages, validationImages, testImages, classes } = features.dataset;
  return html`<h3>Telling classes</h3>
    <p>Shares of ${formatCount(testImages)} test images whose class was told, by a linear classifier on standardised
      numbers and by the vote of the nearest training images; and the share of the ten nearest training images that are
      of the same class. Fitted on ${formatCount(trainImages)} images of ${classes} classes, settings chosen on
      ${formatCount(validationImages)} others.</p>
    ${scrollable(
      'Accuracy of classifiers on latents, pixels and PCA',
      html`<table class="figures"><caption>What tells the classes</caption><thead><tr><th scope="col">Seen by</th>
      <th scope="col">Numbers</th><th scope="col">Linear probe</th><th scope="col">Nearest neighbours</th>
      <th scope="col">Same class in 10</th><th scope="col">Penalty</th><th scope="col">k</th></tr></thead>
      <tbody>${classifierRows(features)}</tbody></table>`,
    )}`;
}

function mapFigure({ map, dataset }: Features): Html | undefined {
  if (map === undefined) return undefined;
  const marks = raw(mapMarks(map, { part: dataset.part }));
  const what = `Map of ${map.points.length} ${dataset.part} images by their latents`;
  return html`<h3>A map of the latents</h3>
    <p>${formatCount(map.points.length)} ${dataset.part} images, placed by UMAP such that near latents are near here;
      distances between far groups mean nothing. The labels only colour it. Point at a dot for its number.</p>
    <svg role="img" aria-label="${what}" class="plot" ${raw(mapView(map))}>${marks}</svg>`;
}

function scoreRow({ score, auc, foundAt5Percent }: Anomaly['curves'][number]): Html {
  return html`<tr><th scope="row">${SCORE_TITLES[score]}</th><td>${auc.toFixed(4)}</td>
    <td>${percent(foundAt5Percent)}</td></tr>`;
}

async function anomalies({ anomaly, dataset }: Features): Promise<Html> {
  if (anomaly === undefined) {
    return html`<h3>Anomalies</h3><p>No other data set was given: <code>convae-train features RUN --anomaly
      idx:DIR</code> shows how well the reconstruction error tells its images from these.</p>`;
  }
  const label = `Curves of anomalies found against normal images flagged; area of the autoencoder's: ${anomaly.curves[0]!.auc.toFixed(3)}`;
  return html`<h3>Anomalies</h3>
    <p>An image that the networks give back badly is unlike the training images. Median error of
      ${formatCount(anomaly.normalImages)} images of ${dataset.name}: ${formatMse(anomaly.normalMedian)}; of
      ${formatCount(anomaly.anomalousImages)} images of ${anomaly.name}: ${formatMse(anomaly.anomalousMedian)}. The area
      under the curve (AUC) is the chance that one of ${anomaly.name} scores above one of ${dataset.name}.</p>
    ${await inlinePlot(rocPlot(anomaly, 300, 300), label)}
    ${scrollable(
      'Area under the curve of each score',
      html`<table class="figures"><caption>Scores</caption><thead><tr><th scope="col">Score</th><th scope="col">AUC</th>
      <th scope="col">Found at 5% flagged</th></tr></thead><tbody>${anomaly.curves.map(scoreRow)}</tbody></table>`,
    )}`;
}

async function content(figures: Features, neighbours: Buffer | undefined): Promise<Html> {
  const picture =
    neighbours &&
    html`<h3>Similar images</h3><p>The first test image of each class and the training images with the nearest
      latents. None was picked.</p>
      ${await largePicture(neighbours, 'Test images, each beside its nearest training images')}`;
  return html`${classifiers(figures)}${picture}${mapFigure(figures)}${await anomalies(figures)}`;
}

/** What the latents are good for besides giving images back. */
export const featuresSection = figuresSection({
  id: 'features',
  title: 'What the latents are good for',
  after: 'histograms',
  file: featuresFile,
  bundles: ({ bundle }: Features) => [bundle],
  picture: NEIGHBOURS_PICTURE,
  content,
});
