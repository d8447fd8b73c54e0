// Vite plugin: writes into the service worker which files it keeps, and a version that changes with them.
import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

const SCRIPT = 'service-worker.js';
const PLACEHOLDER = '__CONVAE_FILES__';

/** Only whoever runs on WebGPU needs this; it is kept when it is first fetched. */
const ON_DEMAND = /asyncify|webgpu/;

export function offline(): Plugin {
  return {
    name: 'convae-offline',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const script = bundle[SCRIPT];
        if (script?.type !== 'chunk') return this.error(`no ${SCRIPT}`);
        const files = Object.values(bundle).filter(({ fileName }) => isKept(fileName));
        const version = createHash('sha256');
        for (const file of files)
          version.update(file.fileName).update(file.type === 'chunk' ? file.code : file.source);
        const names = files.map(({ fileName }) => fileName).sort();
        const listed = {
          version: version.digest('hex').slice(0, 16),
          first: ['./', ...names.filter((name) => !ON_DEMAND.test(name))],
          onDemand: names.filter((name) => ON_DEMAND.test(name)),
        };
        if (!script.code.includes(PLACEHOLDER)) return this.error(`no ${PLACEHOLDER} in ${SCRIPT}`);
        script.code = script.code.replace(PLACEHOLDER, JSON.stringify(listed));
      },
    },
  };
}

const isKept = (name: string): boolean => name !== SCRIPT && !/\.(map|woff)$/.test(name);
