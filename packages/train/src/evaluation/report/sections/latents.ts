import type { LatentExample } from '../../examples.js';
import { colourTile } from '../../pictures/colour-map.js';
import type { Tile } from '../../pictures/tile.js';
import type { Metrics } from '../../schema.js';
import { exampleName, scrollable, tilePicture } from '../figures.js';
import { type Html, html } from '../html.js';
import type { ReportSection } from '../model.js';

/** Most channels shown; the most active ones are. */
const MAX_CHANNELS = 8;

type Statistics = Metrics['latent']['statistics'];

/** One column of the table of pictures. */
interface Column {
  readonly title: string;
  readonly picture: (example: LatentExample) => { tile: Tile; alt: string };
}

function shownChannels(statistics: Statistics): number[] {
  return [...statistics]
    .sort((a, b) => b.standardDeviation - a.standardDeviation)
    .slice(0, MAX_CHANNELS)
    .map(({ channel }) => channel)
    .sort((a, b) => a - b);
}

/** One channel of one latent, on a colour scale common to all images. */
function channelTile({ latent }: LatentExample, channel: number, { min, max }: Statistics[number]): Tile {
  const { width, height } = latent;
  const size = width * height;
  const values = latent.data.subarray(channel * size, (channel + 1) * size);
  return colourTile({ values, width, height, min, max });
}

/** A latent without extent, all numbers of one image in a block. */
function vectorTile({ latent }: LatentExample, statistics: Statistics): Tile {
  const width = Math.ceil(Math.sqrt(latent.channels));
  const height = Math.ceil(latent.channels / width);
  const min = Math.min(...statistics.map((entry) => entry.min));
  const max = Math.max(...statistics.map((entry) => entry.max));
  const values = new Float32Array(width * height).fill(min);
  values.set(latent.data);
  return colourTile({ values, width, height, min, max });
}

function latentColumns({ latent }: Metrics): Column[] {
  const { statistics, height, width } = latent;
  if (height * width === 1) {
    const picture = (example: LatentExample) => ({
      tile: vectorTile(example, statistics),
      alt: `The ${latent.channels} latent numbers of ${exampleName(example)}`,
    });
    return [{ title: 'latent', picture }];
  }
  return shownChannels(statistics).map((channel) => ({
    title: latent.deadChannels.includes(channel) ? `channel ${channel}, dead` : `channel ${channel}`,
    picture: (example) => ({
      tile: channelTile(example, channel, statistics[channel]!),
      alt: `Latent channel ${channel} of ${exampleName(example)}`,
    }),
  }));
}

function columnsOf(metrics: Metrics): Column[] {
  const input: Column = {
    title: 'input',
    picture: (example) => ({ tile: example.original, alt: `Input: ${exampleName(example)}` }),
  };
  const output: Column = {
    title: 'output',
    picture: (example) => ({
      tile: example.reconstruction,
      alt: `Reconstruction of ${exampleName(example)}`,
    }),
  };
  return [input, ...latentColumns(metrics), output];
}

async function tableRow(example: LatentExample, columns: readonly Column[]): Promise<Html> {
  const cells = await Promise.all(
    columns.map(async ({ picture }) => {
      const { tile, alt } = picture(example);
      return html`<td>${await tilePicture(tile, alt)}</td>`;
    }),
  );
  return html`<tr>${cells}</tr>`;
}

/** Columns of one width: as wide as a phone allows, up to a comfortable size. */
function table(columns: readonly Column[], rows: readonly Html[]): Html {
  const style = `max-width:${columns.length * 8}rem;min-width:${columns.length * 3.4}rem`;
  return html`<table class="pictures" style="${style}"><caption>Input, latent and output of a few images</caption>
    <thead><tr>${columns.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr></thead>
    <tbody>${rows}</tbody></table>`;
}

/** The latent channels as pictures. */
export const latentsSection: ReportSection = {
  id: 'latents',
  title: 'What the latents look like',
  render: async ({ metrics, examples }) => {
    const columns = columnsOf(metrics);
    const rows = await Promise.all(examples.latents.map((example) => tableRow(example, columns)));
    const hidden = metrics.latent.height * metrics.latent.width > 1 && metrics.latent.channels > MAX_CHANNELS;
    const choice = hidden ? ` The ${MAX_CHANNELS} most active of ${metrics.latent.channels} channels.` : '';
    return html`<p>All that the decoder gets of an image. Dark purple is a channel's lowest value over all images,
        yellow its highest.${choice}</p>
      ${scrollable('Latents as pictures', table(columns, rows))}`;
  },
};
