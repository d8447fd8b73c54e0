// node scripts/run.cjs <task> [arguments]: what package.json calls. A Node that is too old for run.mjs says so here.
'use strict';
const checkNode = require('../packages/runtime/bin/check-node.js');

if (checkNode('convae', require('../package.json').engines.node)) void import('./run.mjs');
