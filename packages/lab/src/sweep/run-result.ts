import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConvaeError, MANIFEST_FILE, parseManifest } from '@convae/runtime/core';
import { writeFileAtomic } from '@convae/runtime/node';
import { figure, jsonText, listedFiles, readHistory, readIfThere, readJson } from '@convae/train/kit';
import * as z from 'zod';
import type { SweepRun } from './runs.js';

/** Written into a run's folder when it is trained and exported: who finds it need not train again. */
export const SWEEP_RUN_FILE = 'sweep-run.json';

const resultSchema = z.object({
  format: z.literal('convae-sweep-run'),
  version: z.literal(1),
  name: z.string(),
  seed: z.int(),
  parameters: z.int(),
  epochs: z.int(),
  exportedEpoch: z.int(),
  seconds: figure,
  /** On the validation images, of the exported weights before symbols are rounded. */
  validationMse: figure,
  validationPsnr: z.number(),
  /** Of the whole bundle. */
  bundleBytes: z.int(),
  /** Real bytes and PSNR of the validation images at each quality; empty where there are no tables. */
  rates: z.array(z.object({ quality: z.int(), bytesPerImage: figure, psnr: z.number() })),
  /** The default quality, null without tables. */
  quality: z.int().nullable(),
});

/** What a finished run has to show, all on validation images. */
export type RunResult = z.output<typeof resultSchema>;

const fileOf = ({ paths }: SweepRun): string => join(paths.folder, SWEEP_RUN_FILE);

/**
 * The result of a run that was finished before, with its bundle, without which it could not be the best one. Undefined
 * where it was not, or whatever is wrong with the file: the run goes on from its checkpoints, which costs little where
 * they are complete.
 *
 * @throws ConvaeError `NOT_FOUND` where they are there and cannot be read
 */
export async function readResult(run: SweepRun): Promise<RunResult | undefined> {
  const manifest = await readIfThere(join(run.paths.bundle, MANIFEST_FILE));
  if (manifest === undefined) return undefined;
  const result = await readJson(fileOf(run), (value) => resultSchema.safeParse(value).data).catch(
    unlessDamaged,
  );
  return result?.name === run.name ? result : undefined;
}

/** A file that is not JSON is as good as none. */
function unlessDamaged(error: unknown): undefined {
  if (!(error instanceof ConvaeError && error.code === 'DATA_INVALID')) throw error;
}

/** Measures of a trained and exported run, from its log and its manifest; kept in its folder. */
export async function writeResult(run: SweepRun): Promise<RunResult> {
  const history = await readHistory(run.paths.epochs);
  const manifest = parseManifest(await readFile(join(run.paths.bundle, MANIFEST_FILE)));
  const { exportedEpoch } = z.object({ exportedEpoch: z.int() }).parse(manifest.training);
  const metrics = z
    .object({ validationMse: figure, validationPsnr: z.number() })
    .parse(history.find(({ epoch }) => epoch === exportedEpoch));
  const result: RunResult = {
    format: 'convae-sweep-run',
    version: 1,
    name: run.name,
    seed: run.seed,
    parameters: run.variant.parameters,
    epochs: history.length,
    exportedEpoch,
    seconds: history.reduce((sum, { seconds }) => sum + seconds, 0),
    ...metrics,
    bundleBytes: listedFiles(manifest).reduce((sum, { bytes }) => sum + bytes, 0),
    rates: (manifest.rates ?? []).flatMap(({ quality, validationBytesPerImage, validationPsnr }) =>
      validationPsnr === null
        ? []
        : [{ quality, bytesPerImage: validationBytesPerImage, psnr: validationPsnr }],
    ),
    quality: manifest.quality ?? null,
  };
  await writeFileAtomic(fileOf(run), jsonText(result));
  return result;
}
