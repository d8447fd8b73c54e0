/** What evaluations outside this package are built from: data, runs, measures, pictures, plots, HTML and flags. */
import { fileURLToPath } from 'node:url';

export { listedFiles } from './bundle/files.js';
export { addDataFlags } from './cli/flags.js';
export { untilInterrupt } from './cli/interrupt.js';
export { liveBar } from './cli/live-display.js';
export { readingDisplay } from './cli/progress.js';
export { type DataFlags, recordedData } from './cli/recorded.js';
export { datasetOf, fittedTo } from './cli/settings.js';
export { columns } from './cli/summary.js';
export { commandLine, recordedSettings } from './cli/train-stage.js';
export { isDefect } from './dataset/defect.js';
export * from './dataset/index.js';
export { nameOfPath } from './dataset/options.js';
export { planSample, planSplit, validationCount } from './dataset/split.js';
export { measureRate } from './evaluation/bitstreams.js';
export {
  type BundleIdentity,
  bundleIdentitySchema,
  identityOf,
  isSameBundle,
} from './evaluation/bundle-identity.js';
export { firstOfClasses } from './evaluation/examples.js';
export { closeness, count, figure, size } from './evaluation/fields.js';
export { factsOf, figuresFile, type MeasuredData, measuredImages } from './evaluation/figures-file.js';
export * from './evaluation/index.js';
export { dB } from './evaluation/model-card.js';
export { tileOf, tilesOf } from './evaluation/pictures/tile.js';
export { type GridLayout, rowTitles, type TitledRow, tileGridPng } from './evaluation/pictures/tile-grid.js';
export { textLine } from './evaluation/plots/outline.js';
export { PALETTE, type PaletteName, paint } from './evaluation/plots/palette.js';
export { plotFiles, plotPng, plotSvg, resolveColours, titled } from './evaluation/plots/render.js';
export {
  figuresRow,
  figuresTable,
  inlinePlot,
  largePicture,
  responsivePlot,
  scrollable,
} from './evaluation/report/figures.js';
export { formatCount, formatMse, formatPsnr } from './evaluation/report/format.js';
export { escapeHtml, type Html, html, raw } from './evaluation/report/html.js';
export { spreadPositions } from './figures/averages.js';
export { checked } from './files/checked.js';
export { jsonOf, readIfThere, readJson } from './files/read.js';
export { sha256 } from './files/sha256.js';
export { createdBy } from './files/version.js';
export { jsonText, type NamedFile, writeFiles } from './files/write-files.js';
export * from './model/index.js';
export { momentsOf } from './model/pca/covariance.js';
export { principalAxes } from './model/pca/principal-axes.js';
export { END_WITH_LAUNCHER, loadBackend, type Tf } from './setup/index.js';
export { checkTrainable, loadCheckpoint } from './training/checkpoint.js';
export { isComplete } from './training/complete.js';
export { addNoise, NOISE_KINDS, type NoiseKind } from './training/noise.js';
export { parseRecipe, type Recipe, seedSchema } from './training/recipe.js';
export { type RunPaths, readRunSettings, runPaths, writeRunSettings } from './training/run-folder.js';

/** The built command line, which trains and exports in a process of its own. */
export const TRAIN_SCRIPT = fileURLToPath(new URL('./cli/main.js', import.meta.url));
