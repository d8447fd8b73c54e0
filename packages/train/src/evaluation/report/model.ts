import type { EpochRecord } from '../../training/history.js';
import type { Artifacts } from '../artifacts/schema.js';
import type { RateDistortion } from '../comparison/result.js';
import type { Denoising } from '../denoising/schema.js';
import type { Examples } from '../examples.js';
import type { Features } from '../features/schema.js';
import type { Metrics } from '../schema.js';
import type { Html } from './html.js';

/** What further commands measured on a run's bundle; absent where they have not run. */
export interface ReportExtras {
  readonly features?: { readonly figures: Features; readonly neighboursPicture?: Buffer | undefined };
  readonly artifacts?: { readonly figures: Artifacts; readonly picture?: Buffer | undefined };
  readonly denoising?: { readonly figures: Denoising; readonly picture?: Buffer | undefined };
  readonly rateDistortion?: RateDistortion | undefined;
}

/** Everything a report is made from. Parts that a run does not have are absent, and so are their sections. */
export interface ReportModel extends ReportExtras {
  readonly metrics: Metrics;
  readonly history: readonly EpochRecord[];
  readonly examples: Examples;
}

/** One section of the report: a pure function of the model. */
export interface ReportSection {
  /** Anchor in the page. */
  readonly id: string;
  readonly title: string;
  /** The section's content below its title; undefined where the run has no data for it. */
  readonly render: (model: ReportModel) => Promise<Html | undefined>;
}

/** A section that needs nothing but what a further command measured. */
export interface ExtraSection extends ReportSection {
  readonly renderExtras: (extras: ReportExtras) => Promise<Html | undefined>;
}
