#!/usr/bin/env node
'use strict';
const checkNode = require('./check-node.js');

// What follows is read by a Node alone that can.
if (checkNode('convae', require('../package.json').engines.node)) require('./start.js');
