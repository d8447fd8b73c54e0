import { ConvaeError } from '@convae/runtime/core';

type Container = Record<string, unknown> | unknown[];

/** Names that reach beyond an object's own fields. */
const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** The place in an array that a part of a path means; negative ones count from the end. */
function indexOf(array: readonly unknown[], part: string, path: string): number {
  const index = /^-?\d{1,4}$/.test(part) ? Number(part) : Number.NaN;
  const place = index < 0 ? array.length + index : index;
  if (place >= 0 && place < array.length) return place;
  throw new ConvaeError(
    'DATA_INVALID',
    `expected a place in a list of ${array.length} (0 is the first, -1 the last) for "${part}" in ${path}`,
  );
}

const keyOf = (container: Container, part: string, path: string): string =>
  Array.isArray(container) ? String(indexOf(container, part, path)) : part;

/** The container below a key; a missing one is made. */
function below(container: Container, key: string, path: string): Container {
  const fields = container as Record<string, unknown>;
  const value = (Object.hasOwn(fields, key) ? fields[key] : undefined) ?? {};
  if (!isContainer(value))
    throw new ConvaeError('DATA_INVALID', `expected fields or a list at "${key}" in ${path}`);
  fields[key] = value;
  return value;
}

/**
 * Set what a dotted path names within plain data: `encoder.-1.filters` is the number of filters of the last block.
 *
 * A new `kind` of an enlarging block keeps by how much it enlarges: `stride` of a transposed convolution is `factor`
 * of the others.
 *
 * @throws ConvaeError DATA_INVALID for a path that leads nowhere
 */
export function setPath(root: Record<string, unknown>, path: string, value: unknown): void {
  const parts = path.split('.');
  if (parts.some((part) => part === '' || FORBIDDEN.includes(part))) {
    throw new ConvaeError(
      'DATA_INVALID',
      `expected names and places with dots between for a path, received "${path}"`,
    );
  }
  const container = parts
    .slice(0, -1)
    .reduce<Container>((at, part) => below(at, keyOf(at, part, path), path), root);
  const key = keyOf(container, parts.at(-1)!, path);
  const fields = container as Record<string, unknown>;
  if (key === 'kind') carryFactor(fields, value);
  fields[key] = value;
}

function carryFactor(block: Record<string, unknown>, kind: unknown): void {
  const [from, to] = kind === 'transpose' ? ['factor', 'stride'] : ['stride', 'factor'];
  const enlarges = kind === 'transpose' || kind === 'nearest' || kind === 'bilinear';
  if (!enlarges || !Object.hasOwn(block, from)) return;
  block[to] = block[from];
  delete block[from];
}
