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
import { FILTER_NAMES, FILTERS } from './candidates.js';
import { denoisingPlot } from './plot.js';
import {
  DENOISING_PICTURE,
  type Denoising,
  type DenoisingLevel,
  type DenoisingQuality,
  denoisingFile,
  type FilterSettings,
} from './schema.js';

/** `h 0.35, patch 5`. */
function settingsText(settings: FilterSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(3))}`)
    .join(', ');
}

/** PSNR and SSIM; the settings of a filter below. */
function cell({ psnr, ssim }: DenoisingQuality, settings?: FilterSettings): Html {
  const below = settings && html`<br><small>${settingsText(settings)}</small>`;
  return html`${formatPsnr(psnr)}<br>${ssim.toFixed(3)}${below}`;
}

function row({ level, noisy, network, filters }: DenoisingLevel): Html {
  const byName = FILTER_NAMES.map((name) => {
    const found = filters.find(({ filter }) => filter === name);
    return found === undefined ? '–' : cell(found, found.settings);
  });
  return figuresRow(String(level), [cell(noisy), cell(network), ...byName]);
}

function table({ levels, dataset }: Denoising): Html {
  return figuresTable({
    name: 'What the network and the filters make of noisy images',
    caption: `PSNR and SSIM on ${formatCount(dataset.images)} ${dataset.part} images, and the filters' settings`,
    heads: ['Noise', 'noisy', 'network', ...FILTER_NAMES.map((name) => FILTERS[name].title)],
    rows: levels.map(row),
  });
}

function trainedText({ trained: { from, to }, noiseKind }: Denoising): string {
  const levels = from === to ? `level ${to}` : `levels ${from} to ${to}`;
  const what = noiseKind === 'gaussian' ? 'standard deviation, clipped to 0..1' : 'share of the pixels';
  const kind = noiseKind === 'gaussian' ? 'Gaussian noise' : 'salt-and-pepper noise';
  return `${kind} of ${levels} (${what})`;
}

async function content(figures: Denoising, picture: Buffer | undefined): Promise<Html> {
  const { tunedOn } = figures;
  const plot = await responsivePlot(
    (width, height) => denoisingPlot(figures, width, height),
    'Line plot of the PSNR by level of noise, for the noisy images, the network and each filter',
  );
  return html`<p>The network was trained to give clean images back from images under ${trainedText(figures)}. At every
      level here each filter has the settings that came closest to the clean images on ${formatCount(tunedOn.images)}
      ${tunedOn.part} images under noise of that level; the network has none to choose.</p>
    ${plot}
    ${table(figures)}
    ${picture && (await largePicture(picture, 'Noisy images, what the best filter and the network make of them, and the originals'))}`;
}

/** What the network and classical filters make of noisy images. */
export const denoisingSection = figuresSection({
  id: 'denoising',
  title: 'How well does it remove noise?',
  after: 'artifacts',
  file: denoisingFile,
  bundles: ({ bundle }: Denoising) => [bundle],
  picture: DENOISING_PICTURE,
  content,
});
