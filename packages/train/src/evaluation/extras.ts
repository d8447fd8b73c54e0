import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConvaeError } from '@convae/runtime';
import { writeFileAtomic } from '@convae/runtime/node';
import { ARTIFACTS_FILE, ARTIFACTS_PICTURE, parseArtifacts } from './artifacts/schema.js';
import { type BundleIdentity, isSameBundle } from './bundle-identity.js';
import { DENOISING_FILE, DENOISING_PICTURE, parseDenoising } from './denoising/schema.js';
import { FEATURES_FILE, NEIGHBOURS_PICTURE, parseFeatures } from './features/schema.js';
import { insertSection } from './report/insert.js';
import type { ReportExtras } from './report/model.js';
import { REPORT_SECTIONS } from './report/page.js';
import { artifactsSection, denoisingSection, featuresSection } from './report/sections/index.js';

/** Undefined where the file is not there. */
async function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
    throw new ConvaeError('NOT_FOUND', `${path} cannot be read: ${cause.message}`, { cause });
  });
}

async function readJson<T>(path: string, parse: (value: unknown) => T): Promise<T | undefined> {
  const bytes = await readIfThere(path);
  if (bytes === undefined) return undefined;
  try {
    return parse(JSON.parse(bytes.toString()));
  } catch (cause) {
    if (cause instanceof ConvaeError) throw cause;
    throw new ConvaeError('DATA_INVALID', `${path} is not JSON`, { cause });
  }
}

/** What further commands measured on the bundle of a run; figures of another bundle are left out. */
export async function readExtras(folder: string, bundle: BundleIdentity): Promise<ReportExtras> {
  const features = await readJson(join(folder, FEATURES_FILE), parseFeatures);
  const artifacts = await readJson(join(folder, ARTIFACTS_FILE), parseArtifacts);
  const extras: { -readonly [K in keyof ReportExtras]: ReportExtras[K] } = {};
  if (features && isSameBundle(features.bundle, bundle)) {
    const neighboursPicture = await readIfThere(join(folder, NEIGHBOURS_PICTURE));
    extras.features = { figures: features, neighboursPicture };
  }
  if (artifacts?.decoders.some((decoder) => isSameBundle(decoder.bundle, bundle))) {
    extras.artifacts = { figures: artifacts, picture: await readIfThere(join(folder, ARTIFACTS_PICTURE)) };
  }
  const denoising = await readJson(join(folder, DENOISING_FILE), parseDenoising);
  if (denoising && isSameBundle(denoising.bundle, bundle)) {
    extras.denoising = { figures: denoising, picture: await readIfThere(join(folder, DENOISING_PICTURE)) };
  }
  return extras;
}

/**
 * Puts the sections of what further commands measured into the report of a run, or renews them there.
 * @returns false where the folder has no report.
 */
export async function refreshReport(folder: string, bundle: BundleIdentity): Promise<boolean> {
  const path = join(folder, 'report.html');
  let page = (await readIfThere(path))?.toString();
  if (page === undefined) return false;
  const order = REPORT_SECTIONS.map(({ id }) => id);
  const extras = await readExtras(folder, bundle);
  for (const { id, title, renderExtras } of [artifactsSection, denoisingSection, featuresSection]) {
    const content = await renderExtras(extras);
    if (content !== undefined) page = insertSection(page, { id, title, content }, order);
  }
  await writeFileAtomic(path, page);
  return true;
}
