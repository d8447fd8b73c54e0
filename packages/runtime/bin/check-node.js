'use strict';
// The JavaScript of 2015, nothing newer: a Node that is too old must come as far as to say so.

/** The bounds of a range like "^20.19.0 || >=22.12.0": operator, and major, minor and patch version. */
function boundsOf(range) {
  return range.split(' || ').map((part) => {
    const [, operator, version] = /^(\^|>=)(\d+\.\d+\.\d+)$/.exec(part);
    return { sameMajor: operator === '^', version };
  });
}

const numbersOf = (version) => version.split('.').map((number) => parseInt(number, 10));

function isWithin(version, bound) {
  const own = numbersOf(version);
  const least = numbersOf(bound.version);
  if (bound.sameMajor && own[0] !== least[0]) return false;
  const first = own.findIndex((number, i) => number !== least[i]);
  return first < 0 || own[first] > least[first];
}

const inWords = (bound) =>
  bound.version + (bound.sameMajor ? ` or a newer ${numbersOf(bound.version)[0]}` : ' or newer');

/**
 * Whether this Node is one that a program needs; says so where it is not.
 * @param program Its name.
 * @param range As `engines.node` in package.json.
 */
module.exports = function checkNode(program, range) {
  const version = process.versions.node;
  const bounds = boundsOf(range);
  if (bounds.some((bound) => isWithin(version, bound))) return true;
  const needed = bounds.map(inWords).join(', or ');
  console.error(
    `${program} needs Node ${needed}; this is Node ${version}. See https://nodejs.org/en/download`,
  );
  process.exitCode = 1;
  return false;
};
