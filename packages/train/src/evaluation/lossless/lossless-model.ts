import type { LosslessRecord } from '../../training/lossless/lossless-history.js';
import type { Html } from '../report/html.js';
import type { LosslessMetrics } from './lossless-schema.js';

/** Everything that the report of a lossless run is made from. */
export interface LosslessReportModel {
  /** The folder of the run, where sections find further files. */
  readonly folder: string;
  readonly metrics: LosslessMetrics;
  readonly history: readonly LosslessRecord[];
  /** PNG: images above the bits that their pixels take. */
  readonly bits: Buffer;
}

/** One section of that report. */
export interface LosslessSection {
  /** Anchor in the page. */
  readonly id: string;
  readonly title: string;
  /** The section's content below its title; undefined where the run has no data for it. */
  readonly render: (model: LosslessReportModel) => Promise<Html | undefined>;
}
