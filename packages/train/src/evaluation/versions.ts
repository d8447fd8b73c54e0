import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform, release } from 'node:os';
import sharp from 'sharp';
import type { Metrics } from './schema.js';

/** The packages whose versions decide what a run computes. */
const PACKAGES = ['@convae/train', '@convae/runtime', '@tensorflow/tfjs-node', 'onnxruntime-node'];

const require = createRequire(import.meta.url);

function packageVersion(name: string): string {
  const path =
    name === '@convae/train'
      ? new URL('../../package.json', import.meta.url)
      : require.resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

/** Versions of Node, the machine and the packages that took part; `more` adds to the packages. */
export function collectVersions(more: Readonly<Record<string, string>> = {}): Metrics['versions'] {
  const packages = Object.fromEntries(PACKAGES.map((name) => [name, packageVersion(name)]));
  const processors = cpus();
  return {
    node: process.versions.node,
    platform: `${platform()} ${release()} ${arch()}`,
    processor: `${processors.length} × ${processors[0]?.model.trim() || 'unknown processor'}`,
    packages: { ...packages, sharp: sharp.versions.sharp ?? 'unknown', ...more },
  };
}
