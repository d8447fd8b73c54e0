import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** This package's version. */
export const version = (require('../../package.json') as { version: string }).version;

/** `convae-train 0.1.0`: what bundles and runs record as their maker. */
export const createdBy = (): string => `convae-train ${version}`;
