#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

if (existsSync(script)) {
  const { launch } = await import('../dist/setup/launch.js');
  process.exitCode = await launch({ script, argv: process.argv.slice(2) });
} else {
  console.error('convae-train is not built yet: run "npm run build" in the repository first.');
  process.exitCode = 1;
}
