import { createRequire } from 'node:module';

type UtilModule = Record<string, unknown>;

/** The type tests of `node:util` that Node 23 removed and that tfjs-node 4.22.0 still calls. */
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
 * Adds to `util` the type tests that newer Node versions no longer have; those that exist stay as they are.
 * Must run before tfjs-node is loaded.
 *
 * @returns the names that were added.
 */
export function restoreUtilTypeTests(util: UtilModule = nodeUtil()): string[] {
  const missing = Object.keys(REMOVED_TYPE_TESTS).filter((name) => typeof util[name] !== 'function');
  for (const name of missing) util[name] = REMOVED_TYPE_TESTS[name];
  return missing;
}

/** The CommonJS object, which can be added to; an ES module namespace cannot. */
function nodeUtil(): UtilModule {
  return createRequire(import.meta.url)('node:util') as UtilModule;
}
