import type { ImageBatch } from '@convae/runtime';
import type { Command } from 'commander';
import type { LosslessSection } from './lossless/lossless-model.js';
import type { LosslessMetrics } from './lossless/lossless-schema.js';
import type { ReportSection } from './report/model.js';
import type { Metrics } from './schema.js';

/** Real bytes and distortion of a bundle at one quality. */
export type Rate = NonNullable<Metrics['bitstreams']>['rates'][number];

/** A column of the table "Real bytes" in a model card. */
export interface CardColumn {
  readonly head: string;
  /** What it means, a paragraph above the table. */
  readonly note: string;
  /** Its cell for one rate; undefined where nothing is known. */
  readonly cell: (rate: Rate) => string | undefined;
}

/** What files of another codec take for the same images. */
export interface OtherFiles {
  /** `WebP`. */
  readonly codec: string;
  /** One file for each image, bytes an image. */
  readonly bytes: number;
  /** dB; null where nothing is lost. */
  readonly psnr: number | null;
}

/**
 * Something further that can be measured on bundles. Run folders, reports, model cards and the command line loop over a
 * list of these; none of them knows one by its name.
 */
export interface Evaluation {
  readonly name: string;
  /** Names of the files that it leaves in the folder of a run. */
  readonly files: readonly string[];
  /** What it adds to the report of a run, out of its own files there. */
  readonly section?: ReportSection & {
    /** The section that it follows. */
    readonly after: string;
  };
  /** The same for a lossless run. */
  readonly losslessSection?: LosslessSection & { readonly after: string };
  /** Paragraphs and tables that it adds to the model card of a lossless run; undefined as below. */
  readonly losslessCard?: (runFolder: string, metrics: LosslessMetrics) => Promise<string | undefined>;
  /** What it adds to the model card of a run; undefined where it has not measured that run. */
  readonly cardColumn?: (runFolder: string, metrics: Metrics) => Promise<CardColumn | undefined>;
  /** What single files of other codecs take for images at a PSNR, dB, or the next setting above it. */
  readonly filesAt?: (images: ImageBatch, psnr: number) => Promise<readonly OtherFiles[]>;
  /**
   * Adds its command.
   * @param evaluations all that there are, for reports that are written anew.
   */
  readonly addCommand: (program: Command, evaluations: readonly Evaluation[]) => void;
}
