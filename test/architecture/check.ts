import { posix } from 'node:path';
import type { SourceFile } from './imports.js';
import {
  LAB_MODULES,
  type ModuleTable,
  PACKAGE_RULES,
  RUNTIME_MODULES,
  TEST_CODE,
  TRAIN_MODULES,
  WEB_DEMO_MODULES,
} from './rules.js';

const TABLES: Readonly<Record<string, ModuleTable>> = {
  runtime: RUNTIME_MODULES,
  train: TRAIN_MODULES,
  lab: LAB_MODULES,
  'web-demo': WEB_DEMO_MODULES,
};

/** Every break of the rules, one line each. */
export function violations(sources: readonly SourceFile[]): string[] {
  return [
    ...sources.flatMap(brokenPackageRules),
    ...sources.flatMap(brokenModuleRules),
    ...sources.flatMap(brokenIndex),
    ...cycles(sources),
  ];
}

function brokenPackageRules({ path, imports }: SourceFile): string[] {
  return PACKAGE_RULES.flatMap(({ files, except, forbidden, typesToo, reason }) => {
    if (!files.test(path) || except?.test(path)) return [];
    const broken = imports.filter(
      ({ specifier, typeOnly }) => forbidden.test(specifier) && (typesToo || !typeOnly),
    );
    return broken.map(({ specifier }) => `${path} imports ${specifier}: ${reason}`);
  });
}

/** Relative imports against the table of modules; tests may look anywhere in their package. */
function brokenModuleRules({ path, imports }: SourceFile): string[] {
  const from = placeOf(path);
  const table = TABLES[from.package];
  if (!table) return [];
  const isTest = TEST_CODE.test(path);
  if (!isTest && !table[from.module]) return [`${path}: no module "${from.module}" in the table`];
  const targets = imports.flatMap(({ specifier }) => resolveRelative(path, specifier) ?? []);
  return targets.flatMap((target) => {
    const to = placeOf(target);
    if (to.package !== from.package) return `${path} imports ${target}: packages are imported by their names`;
    if (isTest) return [];
    if (TEST_CODE.test(target)) return `${path} imports ${target}: it serves tests alone`;
    const allowed = to.module === from.module || table[from.module]?.includes(to.module);
    return allowed ? [] : `${path} imports ${target}: ${from.module} must not know ${to.module}`;
  });
}

interface Place {
  package: string;
  module: string;
}

/** `packages/train/src/model/build.ts` is in module `model`, `packages/runtime/src/codec.ts` in module `codec`. */
function placeOf(path: string): Place {
  const [, packageName = '', , first = ''] = path.split('/');
  return { package: packageName, module: first.replace(/\.ts$/, '') };
}

function brokenIndex({ path, onlyExports }: SourceFile): string[] {
  return /\/index\.ts$/.test(path) && !onlyExports ? [`${path}: index files only export`] : [];
}

/** The path of the TypeScript file behind a relative specifier, undefined for packages and data. */
function resolveRelative(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.') || specifier.endsWith('.json')) return undefined;
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

/** Every import cycle that a depth-first walk meets, types included, as `a → b → a`. */
export function cycles(sources: readonly SourceFile[]): string[] {
  const edges = new Map(sources.map(({ path, imports }) => [path, importedFiles(path, imports)]));
  const finished = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (finished.has(path) || trail.includes(path)) return;
    for (const next of edges.get(path) ?? []) walk(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of edges.keys()) walk(path, []);
  return found.map((cycle) => `cycle: ${cycle}`);
}

function importedFiles(path: string, imports: SourceFile['imports']): string[] {
  return imports.flatMap(({ specifier }) => resolveRelative(path, specifier) ?? []);
}
