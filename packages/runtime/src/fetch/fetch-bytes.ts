/// <reference lib="dom" />

import { joinBytes } from '../bytes.js';
import { checkLimit, checkNotAborted } from '../checks.js';
import type { FetchingOptions } from '../codec/load-options.js';
import { ConvaeError } from '../errors.js';

/** What may be fetched, and who wants to know. */
export interface FetchOptions extends FetchingOptions {
  /** The most bytes that are accepted. */
  readonly maxBytes: number;
}

/** What a server answered. */
export interface Fetched {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The MIME type that the server gave, lower case and without parameters; empty where it gave none. */
  readonly mimeType: string;
}

/**
 * Fetches a whole file.
 * @throws ConvaeError NOT_FOUND where the server does not have it, or answers with a web page instead of it;
 * LIMIT_EXCEEDED, ABORTED.
 */
export async function fetchBytes(url: string, options: FetchOptions): Promise<Fetched> {
  try {
    const response = await fetch(url, { signal: options.signal ?? null });
    return await readResponse(response, shownUrl(url), options);
  } catch (error) {
    if (error instanceof ConvaeError) throw error;
    checkNotAborted(options.signal);
    const problem = `${shownUrl(url)} cannot be fetched: ${(error as Error).message}`;
    throw new ConvaeError('NOT_FOUND', problem, { cause: error });
  }
}

/** An address as messages name it: that of a file inside the address itself is long. */
export const shownUrl = (url: string): string => (url.startsWith('data:') ? 'the data: address' : url);

/** The name of the file at an address. */
export function fileNameOf(url: string): string {
  const name = url
    .replace(/[?#].*/s, '')
    .split('/')
    .at(-1)!;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

async function readResponse(response: Response, url: string, options: FetchOptions): Promise<Fetched> {
  try {
    const mimeType = checkResponse(response, url);
    const bytes = await readBody(response, url, options);
    if (looksLikeHtml(bytes)) throw htmlInstead(url);
    return { bytes, mimeType };
  } catch (error) {
    // The server would go on sending.
    await response.body?.cancel().catch(() => undefined);
    throw error;
  }
}

function checkResponse(response: Response, url: string): string {
  const mimeType = (response.headers.get('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();
  if (!response.ok) {
    const status = `${response.status} ${response.statusText}`.trim();
    throw new ConvaeError('NOT_FOUND', `${url} cannot be fetched: the server answered ${status}`);
  }
  if (mimeType === 'text/html') throw htmlInstead(url);
  return mimeType;
}

/** Servers of single-page applications answer every missing file with their page and the status 200. */
function htmlInstead(url: string): ConvaeError {
  return new ConvaeError(
    'NOT_FOUND',
    `${url} is an HTML page: the file is not there, and the server gives a page instead`,
  );
}

const HTML_START = /^\s*<(!doctype|html|head|!--)/i;
const HTML_START_BYTES = 64;

function looksLikeHtml(bytes: Uint8Array): boolean {
  return HTML_START.test(new TextDecoder().decode(bytes.subarray(0, HTML_START_BYTES)));
}

async function readBody(
  response: Response,
  url: string,
  { maxBytes, onProgress }: FetchOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const total = announcedBytes(response);
  checkLimit(total ?? 0, maxBytes, `${url} has`, 'bytes');
  const file = fileNameOf(url);
  const pieces: Uint8Array[] = [];
  let loaded = 0;
  const reader = response.body!.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      loaded += read.value.length;
      checkLimit(loaded, maxBytes, `${url} has`, 'bytes or more');
      pieces.push(read.value);
      await onProgress?.({ file, loaded, total });
    }
  } finally {
    reader.releaseLock();
  }
  return joinBytes(pieces);
}

/** The length of the file; that of a compressed transfer says nothing about it. */
function announcedBytes({ headers }: Response): number | undefined {
  const length = headers.get('content-length');
  return length === null || headers.has('content-encoding') ? undefined : Number(length);
}
