import { histogramPlot } from '../../plots/histogram.js';
import type { Metrics } from '../../schema.js';
import { inlinePlot } from '../figures.js';
import { formatCount, formatReal, formatShare } from '../format.js';
import { type Html, html } from '../html.js';
import type { ReportSection } from '../model.js';

/** Most channels drawn; beyond that the table in metrics.json is the better reading. */
const MAX_HISTOGRAMS = 32;

type Channel = Metrics['latent']['statistics'][number];

async function figure(entry: Channel, total: number): Promise<Html> {
  const { channel, zeroShare, mean, standardDeviation, max, histogram } = entry;
  const label = `Histogram of latent channel ${channel}: mean ${formatReal(mean)}, standard deviation ${formatReal(standardDeviation)}, largest ${formatReal(max)}`;
  const plot =
    histogram === undefined
      ? html`<p class="empty">Always 0: a dead channel.</p>`
      : await inlinePlot(histogramPlot(histogram, total, 250, 130), label);
  return html`<figure><figcaption><strong>Channel ${channel}</strong> exactly 0: ${formatShare(zeroShare)} ·
    mean ${formatReal(mean)} · standard deviation ${formatReal(standardDeviation)}</figcaption>${plot}</figure>`;
}

/** A histogram of each latent channel. */
export const histogramsSection: ReportSection = {
  id: 'histograms',
  title: 'How the latents are distributed',
  render: async ({ metrics: { latent } }) => {
    const total = latent.statisticsImages * latent.height * latent.width;
    const shown = latent.statistics.slice(0, MAX_HISTOGRAMS);
    const figures = await Promise.all(shown.map((entry) => figure(entry, total)));
    const hidden =
      latent.channels > shown.length ? ` The first ${shown.length} of ${latent.channels} channels.` : '';
    return html`<p>Share of the ${formatCount(total)} values of each channel; values of exactly 0 are counted above each
      plot and not drawn.${hidden} An entropy coder pays by this: the more uneven, the fewer bits.</p>
      <div class="plots">${figures}</div>`;
  },
};
