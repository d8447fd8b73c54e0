import { type ImageBatch, loadCodec, type Manifest } from '@convae/runtime';
import {
  factsOf,
  formatPsnr,
  jsonText,
  type LabelledImages,
  type MeasuredData,
  selectImages,
  type TitledRow,
  writeFiles,
} from '@convae/train/kit';
import { cellOf, decoderArtifacts, measureArtifacts, reconstructAll, shownPositions } from './measure.js';
import { artifactsPng } from './picture.js';
import {
  ARTIFACTS_PICTURE,
  type ArtifactMeasure,
  type Artifacts,
  artifactsFile,
  type DecoderArtifacts,
} from './schema.js';
import type { Cell } from './steps.js';

/** Options of {@link evaluateArtifacts}. */
export interface ArtifactsOptions {
  /** The bundles' folders, with the names that the table shows. */
  readonly bundles: readonly { readonly title: string; readonly folder: string }[];
  /** The images to measure on; nothing is tuned on them. */
  readonly test: LabelledImages;
  readonly dataset: MeasuredData;
  /** Where artifacts.json and artifacts.png go; made where missing. */
  readonly folders: readonly string[];
  readonly command: string;
  /** Side of the cells, pixels; default: what one latent position of the first bundle stands for. */
  readonly cell?: number | undefined;
  readonly onProgress?: ((line: string) => void) | undefined;
}

/** What one bundle gave. */
interface Row {
  readonly figures: DecoderArtifacts;
  readonly shown: ImageBatch;
}

interface Plan {
  readonly cell: Cell;
  readonly originals: ArtifactMeasure;
  readonly positions: readonly number[];
}

function planOf(options: ArtifactsOptions, manifest: Manifest): Plan {
  const { test, cell: side } = options;
  const cell = side === undefined ? cellOf(manifest) : { height: side, width: side };
  return { cell, originals: measureArtifacts(test, cell), positions: shownPositions(test) };
}

/** Every bundle is loaded, run and freed by itself. */
async function measureBundles(options: ArtifactsOptions): Promise<{ plan: Plan; rows: Row[] }> {
  const { test, bundles, onProgress } = options;
  let plan: Plan | undefined;
  const rows: Row[] = [];
  for (const { title, folder } of bundles) {
    onProgress?.(`measuring ${title}`);
    const codec = await loadCodec(folder);
    try {
      plan ??= planOf(options, codec.manifest);
      const output = await reconstructAll(codec, test);
      const { originals, cell, positions } = plan;
      const { manifest } = codec;
      rows.push({
        figures: decoderArtifacts({ title, manifest, images: test, output, originals, cell }),
        shown: selectImages(output, positions),
      });
    } finally {
      await codec.dispose();
    }
  }
  return { plan: plan!, rows };
}

/** `artifact measure 1.43`. */
function noteOf({ artifact, psnr }: DecoderArtifacts): string {
  const measure = artifact === null ? '' : `artifact ${artifact.toFixed(2)} · `;
  return `${measure}${formatPsnr(psnr)}`;
}

function picture({ test, dataset }: ArtifactsOptions, plan: Plan, rows: readonly Row[]): Promise<Buffer> {
  const first: TitledRow = {
    title: 'original',
    note: 'artifact 1 by definition',
    images: selectImages(test, plan.positions),
  };
  const others = rows.map(({ figures, shown }) => ({
    title: figures.title,
    note: noteOf(figures),
    images: shown,
  }));
  return artifactsPng([first, ...others], plan.cell, `The same ${dataset.name} images through each decoder`);
}

/**
 * Measures how far the cells of the latent show in what decoders give back, beside the originals, and writes
 * artifacts.json and artifacts.png into each of the folders.
 *
 * @throws RangeError without any bundle or test image, UsageError where there are no cells; ConvaeError as `loadCodec` and the
 *   codec throw them, and `WRITE_FAILED`.
 */
export async function evaluateArtifacts(options: ArtifactsOptions): Promise<Artifacts> {
  if (options.test.count === 0) throw new RangeError('expected at least 1 image for test, received 0');
  if (options.bundles.length === 0)
    throw new RangeError('expected at least 1 bundle for bundles, received 0');
  const { plan, rows } = await measureBundles(options);
  const artifacts = artifactsFile.collect(options.command, {
    dataset: { ...factsOf(options.dataset), images: options.test.count },
    cell: plan.cell,
    originals: plan.originals,
    decoders: rows.map(({ figures }) => figures),
    shown: plan.positions,
  });
  const files = [
    [artifactsFile.file, jsonText(artifacts)],
    [ARTIFACTS_PICTURE, await picture(options, plan, rows)],
  ] as const;
  for (const folder of options.folders) await writeFiles(folder, files);
  return artifacts;
}
