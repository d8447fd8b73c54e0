import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests read the sources, so they never see a stale build.
    alias: [
      { find: /^@convae\/runtime\/core$/, replacement: source('packages/runtime/src/index.ts') },
      { find: /^@convae\/runtime(\/node)?$/, replacement: source('packages/runtime/src/node/index.ts') },
      { find: /^@convae\/runtime\/web$/, replacement: source('packages/runtime/src/web/index.ts') },
      { find: /^@convae\/runtime\/worker$/, replacement: source('packages/runtime/src/worker/index.ts') },
      { find: /^@convae\/train$/, replacement: source('packages/train/src/index.ts') },
    ],
  },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/dist/**', '**/node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
