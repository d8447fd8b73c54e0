import { join } from 'node:path';
import { writeFileAtomic } from '@convae/runtime/node';
import { ARTIFACTS_FILE, ARTIFACTS_PICTURE, parseArtifacts } from './artifacts/schema.js';
import { type BundleIdentity, isSameBundle } from './bundle-identity.js';
import { DENOISING_FILE, DENOISING_PICTURE, parseDenoising } from './denoising/schema.js';
import { FEATURES_FILE, NEIGHBOURS_PICTURE, parseFeatures } from './features/schema.js';
import { readIfThere, readJson } from './read-json.js';
import { insertSection } from './report/insert.js';
import type { ReportExtras } from './report/model.js';
import { REPORT_SECTIONS } from './report/page.js';
import { artifactsSection, denoisingSection, featuresSection } from './report/sections/index.js';

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
