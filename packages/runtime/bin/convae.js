#!/usr/bin/env node
import { existsSync } from 'node:fs';

if (existsSync(new URL('../dist/cli/main.js', import.meta.url))) {
  await import('../dist/cli/main.js');
} else {
  console.error('convae is not built yet: run "npm run build" in the repository first.');
  process.exitCode = 1;
}
