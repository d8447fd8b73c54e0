import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { chromiumPath, launchOptions, reportMissingChromium } from './test/web/chromium.js';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const OUTSIDE = ['**/dist/**', '**/node_modules/**', 'test/web/**'];

/** x.slow.test.ts: what needs TensorFlow, a command as its own process or a browser, or takes seconds. */
const SLOW = ['packages/*/src/**/*.slow.test.ts', 'test/**/*.slow.test.ts'];

/** x.test.ts: these need nothing but the sources, and are run after every save. */
const unit: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: 'unit',
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: [...OUTSIDE, ...SLOW],
    setupFiles: ['test/setup/equal-bytes.ts', 'test/setup/unit-guard.ts'],
    pool: 'forks',
    // Modules are loaded once for all files of a process: half the time of the lane.
    isolate: false,
  },
};

const slow: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: 'slow',
    include: SLOW,
    exclude: OUTSIDE,
    setupFiles: ['test/setup/equal-bytes.ts'],
    pool: 'forks',
  },
};

/** The tests of test/web, in a real Chromium. */
const browser = (chromium: string): TestProjectInlineConfiguration => ({
  extends: true,
  // WebAssembly threads need a page that is cross-origin isolated.
  server: {
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  test: {
    name: 'browser',
    include: ['test/web/**/*.test.ts'],
    testTimeout: 120_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: launchOptions(chromium) }),
      instances: [{ browser: 'chromium', name: 'chromium' }],
    },
  },
});

function projects(): TestProjectInlineConfiguration[] {
  const chromium = chromiumPath();
  if (chromium !== undefined) return [unit, slow, browser(chromium)];
  reportMissingChromium('the browser tests in test/web');
  return [unit, slow];
}

export default defineConfig({
  resolve: {
    // Tests read the sources, so they never see a stale build.
    alias: [
      { find: /^@convae\/runtime\/core$/, replacement: source('packages/runtime/src/index.ts') },
      { find: /^@convae\/runtime(\/node)?$/, replacement: source('packages/runtime/src/node/index.ts') },
      { find: /^@convae\/runtime\/builtin$/, replacement: source('packages/runtime/src/builtin/web.ts') },
      {
        find: /^@convae\/runtime\/builtin\/decode$/,
        replacement: source('packages/runtime/src/builtin/web-decode.ts'),
      },
      { find: /^@convae\/runtime\/web$/, replacement: source('packages/runtime/src/web/index.ts') },
      { find: /^@convae\/runtime\/webgpu$/, replacement: source('packages/runtime/src/web/webgpu.ts') },
      { find: /^@convae\/runtime\/worker$/, replacement: source('packages/runtime/src/worker/index.ts') },
      {
        find: /^@convae\/runtime\/placeholder$/,
        replacement: source('packages/runtime/src/placeholder/index.ts'),
      },
      { find: /^@convae\/train$/, replacement: source('packages/train/src/index.ts') },
      { find: /^@convae\/train\/kit$/, replacement: source('packages/train/src/kit.ts') },
      { find: /^@convae\/train\/testing$/, replacement: source('packages/train/src/testing/index.ts') },
      { find: /^@convae\/lab$/, replacement: source('packages/lab/src/index.ts') },
    ],
  },
  test: {
    projects: projects(),
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
