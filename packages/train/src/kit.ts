/** What evaluations outside this package are built from: data, runs, measures, pictures, plots, HTML and flags. */
import { fileURLToPath } from 'node:url';

export { spread } from './bundle/tables/calibration.js';
export { createdBy } from './cli/created-by.js';
export { addDataFlags } from './cli/flags.js';
export { untilInterrupt } from './cli/interrupt.js';
export { readingDisplay } from './cli/progress.js';
export { recordedData } from './cli/recorded.js';
export { type DataFlags, datasetOf, fittedTo } from './cli/settings.js';
export { columns } from './cli/summary.js';
export { commandLine } from './cli/train-stage.js';
export { isDefect } from './dataset/defect.js';
export * from './dataset/index.js';
export { nameOfPath } from './dataset/options.js';
export { planSample, planSplit, selectImages, validationCount } from './dataset/split.js';
export type { LabelledImages } from './dataset/types.js';
export { measureRate } from './evaluation/bitstreams.js';
export { bundleIdentitySchema, identityOf, isSameBundle } from './evaluation/bundle-identity.js';
export { gridPositions } from './evaluation/examples.js';
export { pickImages, sliceImages } from './evaluation/images.js';
export * from './evaluation/index.js';
export { enlargeTile, overlay, type Tile, tileOf } from './evaluation/pictures/tile.js';
export { outlineText, textElement } from './evaluation/plots/outline.js';
export { PALETTE, type PaletteName, paint } from './evaluation/plots/palette.js';
export { plotSvg, resolveColours, svgPng } from './evaluation/plots/render.js';
export { readIfThere, readJson } from './evaluation/read-json.js';
export { inlinePlot, largePicture, responsivePlot, scrollable } from './evaluation/report/figures.js';
export { formatCount, formatMse, formatPsnr } from './evaluation/report/format.js';
export { type Html, html, raw } from './evaluation/report/html.js';
export * from './model/index.js';
export { elements, parameterShapes } from './model/parameters.js';
export { parseSpec } from './model/parse.js';
export { PRESET_NAMES, presetSpec } from './model/presets.js';
export type { ArchitectureSpec, ImageShape } from './model/spec.js';
export { END_WITH_LAUNCHER, loadBackend, type Tf } from './setup/index.js';
export { checkTrainable, loadCheckpoint } from './training/checkpoint.js';
export { isComplete } from './training/complete.js';
export { addNoise, NOISE_KINDS, type NoiseKind } from './training/noise.js';
export { parseRecipe, type Recipe } from './training/recipe.js';
export { type RunPaths, readRunSettings, runPaths, writeRunSettings } from './training/run-folder.js';

/** The built command line, which trains and exports in a process of its own. */
export const TRAIN_SCRIPT = fileURLToPath(new URL('./cli/main.js', import.meta.url));
