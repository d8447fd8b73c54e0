'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const script = join(__dirname, '../dist/cli/main.js');

async function start() {
  const { launch } = await import('../dist/setup/launch.js');
  process.exitCode = await launch({ script, argv: process.argv.slice(2) });
}

if (existsSync(script)) void start();
else {
  console.error('convae-train is not built yet: run "npm run build" in the repository first.');
  process.exitCode = 1;
}
