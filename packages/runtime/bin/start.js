'use strict';
const { existsSync } = require('node:fs');
const nodeModule = require('node:module');
const { join } = require('node:path');

/** What the command line itself needs; ONNX Runtime and sharp are loaded by the commands that need them. */
const PACKAGES = ['commander', 'cli-progress'];
const INSTALL = 'npm i @convae/runtime onnxruntime-node sharp commander@14 cli-progress';

function isInstalled(name) {
  try {
    return Boolean(require.resolve(name));
  } catch {
    return false;
  }
}

/** Why the command cannot run; undefined where it can. */
function obstacle() {
  if (!existsSync(join(__dirname, '../dist/bundled/command/main.js')))
    return 'is not built yet: run "npm run build" in the repository first.';
  const missing = PACKAGES.filter((name) => !isInstalled(name));
  if (missing.length > 0)
    return `needs ${missing.join(' and ')}. This installs all that it needs: ${INSTALL}`;
  return undefined;
}

// Node 22 and newer keep what they have compiled: the next start is faster.
if (nodeModule.enableCompileCache) nodeModule.enableCompileCache();

const problem = obstacle();
if (problem === undefined) void import('../dist/bundled/command/main.js');
else {
  console.error(`convae ${problem}`);
  process.exitCode = 1;
}
