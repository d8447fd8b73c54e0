import { createRequire } from 'node:module';

type UtilModule = Record<string, unknown>;

/** The type tests of `node:util` that Node 22 warns about, Node 23 removed, and tfjs-node 4.22.0 still calls. */
const REMOVED_TYPE_TESTS: Record<string, (value: unknown) => boolean> = {
  isArray: (value) => Array.isArray(value),
  isBoolean: (value) => typeof value === 'boolean',
  isFunction: (value) => typeof value === 'function',
  isNull: (value) => value === null,
  isNullOrUndefined: (value) => value === null || value === undefined,
  isNumber: (value) => typeof value === 'number',
  isObject: (value) => value !== null && typeof value === 'object',
  isString: (value) => typeof value === 'string',
  isUndefined: (value) => value === undefined,
};

/**
 * Gives `util` the type tests that newer Node versions no longer have, or have with a warning at the first call.
 * The answers are those of Node 20. Must run before tfjs-node is loaded.
 */
export function restoreUtilTypeTests(util: UtilModule = nodeUtil()): void {
  Object.assign(util, REMOVED_TYPE_TESTS);
}

/** The CommonJS object, which can be added to; an ES module namespace cannot. */
function nodeUtil(): UtilModule {
  return createRequire(import.meta.url)('node:util') as UtilModule;
}
