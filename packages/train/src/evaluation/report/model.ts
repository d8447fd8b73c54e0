import type { EpochRecord } from '../../training/history.js';
import type { BundleIdentity } from '../bundle-identity.js';
import type { Examples } from '../examples.js';
import type { Metrics } from '../schema.js';
import type { Html } from './html.js';

/** Everything a report is made from. Parts that a run does not have are absent, and so are their sections. */
export interface ReportModel {
  /** The folder of the run, where sections find further files. */
  readonly folder: string;
  /** The bundle that was measured. */
  readonly bundle: BundleIdentity;
  readonly metrics: Metrics;
  readonly history: readonly EpochRecord[];
  readonly examples: Examples;
}

/** One section of the report. */
export interface ReportSection {
  /** Anchor in the page. */
  readonly id: string;
  readonly title: string;
  /** The section's content below its title; undefined where the run has no data for it. */
  readonly render: (model: ReportModel) => Promise<Html | undefined>;
}
