import type { Codec, ImageBatch } from '@convae/runtime';
import { formatPsnr, rowTitles, type TitledRow, tileGridPng, tilesOf } from '@convae/train/kit';
import { FILTERS, filterImages } from './candidates.js';
import { bestFilter, noisyBatches } from './measure.js';
import type { Denoising, DenoisingLevel } from './schema.js';

const GAP = 8;
/** Between the rows of one level and those of the next. */
const GROUP_GAP = 26;
/** Rows of one level: noisy, the best filter, the network. */
const GROUP_ROWS = 3;

/** The lowest, the middle and the highest level. */
function shownLevels({ levels }: Denoising): DenoisingLevel[] {
  const sorted = levels.toSorted((a, b) => a.level - b.level);
  const places = [0, Math.floor(sorted.length / 2), sorted.length - 1];
  return [...new Set(places)].map((place) => sorted[place]!);
}

/** The rows of some levels, and the originals below. */
export async function shownRows(
  codec: Codec,
  originals: ImageBatch,
  figures: Denoising,
): Promise<TitledRow[]> {
  const rows: TitledRow[] = [];
  for (const shown of shownLevels(figures)) {
    const noisy = noisyBatches(originals, figures.noiseKind, shown.level)[0]!.noisy();
    const { filter, settings, psnr } = bestFilter(shown);
    rows.push(
      { title: `noise ${shown.level}`, note: formatPsnr(shown.noisy.psnr), images: noisy },
      {
        title: FILTERS[filter].title,
        note: formatPsnr(psnr),
        images: filterImages(noisy, filter, settings),
      },
      { title: 'network', note: formatPsnr(shown.network.psnr), images: await codec.denoise(noisy) },
    );
  }
  return [...rows, { title: 'original', note: '', images: originals }];
}

/** The same images enlarged without smoothing, a row for each source: PNG. */
export function denoisingPng(rows: readonly TitledRow[], title: string): Promise<Buffer> {
  return tileGridPng({
    title,
    titleLine: 40,
    rows: rows.map(({ images }) => tilesOf(images)),
    side: 84,
    gap: GAP,
    header: 70,
    labels: 190,
    leastWidth: 640,
    above: (row) => Math.floor(row / GROUP_ROWS) * (GROUP_GAP - GAP),
    marks: (layout) => rowTitles(rows, layout, 21),
  });
}
