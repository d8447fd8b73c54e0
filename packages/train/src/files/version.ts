import { createRequire } from 'node:module';

/** This package's version, for the files that it writes. */
export const version = (createRequire(import.meta.url)('../../package.json') as { version: string }).version;

/** `convae-train 0.1.0`: what bundles and runs record as their maker. */
export const createdBy = `convae-train ${version}`;
