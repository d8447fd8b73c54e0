import { lossPlot } from '../../plots/loss.js';
import { responsivePlot } from '../figures.js';
import { formatDuration, formatMse } from '../format.js';
import { html } from '../html.js';
import type { ReportSection } from '../model.js';

/** The loss curve. */
export const lossSection: ReportSection = {
  id: 'loss',
  title: 'Training',
  render: async ({ history, metrics: { training } }) => {
    if (training === undefined || history.length === 0) return undefined;
    const { epochs, seconds, trainMse, validationMse, bestEpoch } = training;
    const validation = validationMse === null ? '' : `, ${formatMse(validationMse)} on the validation images`;
    const label = `Line plot of the mean squared error over ${epochs} epochs, ending at ${formatMse(trainMse)} on the training images${validation}`;
    return html`<p>${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} in ${formatDuration(seconds)}; error after the last
        one ${formatMse(trainMse)} on the training images${validation}. Lowest in epoch ${bestEpoch}. Training error is
        the running mean of the epoch, so it lags behind.</p>
      ${await responsivePlot((width, height) => lossPlot(history, width, height), label)}`;
  },
};
