import { resolve } from 'node:path';
import { UsageError } from '../errors.js';

/** Where a command reads and writes; the process's own streams outside tests. */
export interface Streams {
  out(text: string): void;
  err(text: string): void;
  /** Standard input, for `-`. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Writes bytes to standard output, for `-`; resolves when more may come. */
  writeBytes?(bytes: Uint8Array): Promise<void>;
  /** The terminal that progress bars are drawn on; plain lines on `err` where there is none. */
  readonly terminal?: NodeJS.WritableStream | undefined;
  /** Threads for many images, where --threads does not say. */
  readonly threads?: number | undefined;
}

/** Prints a value as indented JSON. */
export function printJson(streams: Streams, value: unknown): void {
  streams.out(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints what a command did: as JSON where that was asked for, else in words. */
export function printResult(
  streams: Streams,
  { json }: { json?: boolean },
  value: object,
  words: string,
): void {
  if (json) printJson(streams, value);
  else streams.out(`${words}\n`);
}

/** Prints rows as a table: columns as wide as their widest cell, two spaces between. */
export function printTable(streams: Streams, rows: readonly (readonly string[])[]): void {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  for (const row of rows) {
    const line = row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ');
    streams.out(`${line.trimEnd()}\n`);
  }
}

/** `1 chunk`, `3 chunks`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A number of bytes as people read it, e.g. `784 B` or `4.2 kB` (1 kB = 1000 B). */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A path as messages name it: `-` is a stream. */
export const nameOf = (path: string, stream = 'standard output'): string => (path === '-' ? stream : path);

/** Where words go: to standard error where the output itself goes to standard output. */
export const wordsBeside = (output: string, streams: Streams): Streams =>
  output === '-' ? { out: streams.err, err: streams.err } : streams;

/** @throws UsageError where the output is one of the inputs. */
export function refuseOverwriting(inputs: readonly string[], output: string): void {
  if (output !== '-' && inputs.some((input) => input !== '-' && resolve(input) === resolve(output)))
    throw new UsageError(`${output} would overwrite an input`);
}
