import {
  figuresRow,
  figuresTable,
  formatCount,
  formatMse,
  type Html,
  html,
  inlinePlot,
  largePicture,
  raw,
} from '@convae/train/kit';
import { figuresSection } from '../evaluation/section.js';
import { mapMarks, mapView } from './map-plot.js';
import { rocPlot, SCORE_TITLES } from './roc-plot.js';
import { type Features, featuresFile, NEIGHBOURS_PICTURE, percent, REPRESENTATION_TITLES } from './schema.js';

function classifierRows({ probes = [], neighbours = [] }: Features): Html[] {
  return probes.map(({ representation, size, testAccuracy, penalty }, i) => {
    const nearest = neighbours[i]!;
    const scaled = nearest.scaling === 'none' ? '' : ', standardised';
    return figuresRow(REPRESENTATION_TITLES[representation], [
      size,
      percent(testAccuracy),
      percent(nearest.testAccuracy),
      percent(nearest.precision),
      penalty,
      `${nearest.k}${scaled}`,
    ]);
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
    ${figuresTable({
      name: 'Accuracy of classifiers on latents, pixels and PCA',
      caption: 'What tells the classes',
      heads: ['Seen by', 'Numbers', 'Linear probe', 'Nearest neighbours', 'Same class in 10', 'Penalty', 'k'],
      rows: classifierRows(features),
    })}`;
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
    ${figuresTable({
      name: 'Area under the curve of each score',
      caption: 'Scores',
      heads: ['Score', 'AUC', 'Found at 5% flagged'],
      rows: anomaly.curves.map(({ score, auc, foundAt5Percent }) =>
        figuresRow(SCORE_TITLES[score], [auc.toFixed(4), percent(foundAt5Percent)]),
      ),
    })}`;
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
