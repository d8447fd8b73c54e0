import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { bundles } from './build/bundles.js';
import { offline } from './build/offline.js';

/** Pages that send these may share memory between threads. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  root: path('.'),
  // Relative addresses: the built folder works below any address.
  base: './',
  // A file that is not there is a 404, never the page.
  appType: 'mpa',
  plugins: [bundles({ models: process.env.CONVAE_DEMO_MODELS ?? path('../../models') }), offline()],
  worker: { format: 'es' },
  server: { headers: ISOLATION },
  preview: { headers: ISOLATION },
  optimizeDeps: { exclude: ['@convae/runtime', 'onnxruntime-web'] },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // onnxruntime-web's own scripts are that large, and are loaded on demand.
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: { index: path('index.html'), 'service-worker': path('src/offline/service-worker.ts') },
      output: {
        entryFileNames: ({ name }) =>
          name === 'service-worker' ? 'service-worker.js' : 'assets/[name]-[hash].js',
      },
    },
  },
});
