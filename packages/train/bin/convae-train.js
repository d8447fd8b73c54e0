#!/usr/bin/env node
'use strict';
const runtime = require.resolve('@convae/runtime/package.json');
const checkNode = require(runtime.replace(/package\.json$/, 'bin/check-node.js'));

// What follows is read by a Node alone that can.
if (checkNode('convae-train', require('../package.json').engines.node)) require('./start.js');
