import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** Set to 1 to write the vectors anew: changed bytes are a breaking change of the format. */
export const UPDATE = process.env.CONVAE_UPDATE_VECTORS === '1';

const path = (name: string): string => fileURLToPath(new URL(`./data/${name}`, import.meta.url));

/** Compares bytes with the stored vector `name`, or stores them where CONVAE_UPDATE_VECTORS=1. */
export function expectGolden(name: string, actual: Uint8Array): void {
  if (UPDATE) store(path(name), actual);
  expect(readFileSync(path(name)).equals(actual), `${name} differs from the stored vector`).toBe(true);
}

/** Compares plain data with the stored JSON vector `name`, or stores it where CONVAE_UPDATE_VECTORS=1. */
export function expectGoldenJson(name: string, actual: readonly object[]): void {
  if (UPDATE) store(path(name), new TextEncoder().encode(formatJson(actual)));
  expect(actual).toEqual(goldenJson(name));
}

/** The stored vector `name`. */
export function golden(name: string): Uint8Array {
  return new Uint8Array(readFileSync(path(name)));
}

/** The stored JSON vector `name`. */
export function goldenJson<T>(name: string): T {
  return JSON.parse(readFileSync(path(name), 'utf8')) as T;
}

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** One line for each case, so that a changed vector shows as a changed line. */
function formatJson(items: readonly object[]): string {
  return `[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]\n`;
}

function store(file: string, bytes: Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.tmp`, bytes);
  renameSync(`${file}.tmp`, file);
}
