import { ADVICE, adviceOf } from '../../advice.js';
import { type RateCurve, rateTrainingPlot } from '../../plots/rate-training.js';
import { responsivePlot } from '../figures.js';
import { type Html, html } from '../html.js';
import type { ReportModel, ReportSection } from '../model.js';

const LABELS: Readonly<Record<RateCurve, string>> = {
  rate: 'Line plot of the bytes per image on the validation images over the epochs',
  distortion: 'Line plot of the PSNR on the validation images over the epochs',
};

function curve(history: ReportModel['history'], which: RateCurve): Promise<Html> {
  return responsivePlot(
    (width, height) => rateTrainingPlot(history, which, { width, height }),
    LABELS[which],
  );
}

/** Rate and distortion over the epochs, apart, where both were trained. */
export const rateTrainingSection: ReportSection = {
  id: 'rate-training',
  title: 'Rate and distortion while training',
  render: async ({ history }) => {
    const measured = history.filter(({ rate }) => (rate?.validation.length ?? 0) > 0);
    if (measured.length === 0) return undefined;
    return html`<p>At hard rounding, as code lengths under the learned prior. Early in the run distortion weighs more, so rate
        falls later; the context network joins a little later, and from some point on decoder and contexts see rounded
        latents instead of noisy ones. Dashed: as many training images.</p>
      ${adviceOf(history).map((advice) => html`<p class="note">${ADVICE[advice]}.</p>`)}
      ${await curve(measured, 'rate')} ${await curve(measured, 'distortion')}`;
  },
};
