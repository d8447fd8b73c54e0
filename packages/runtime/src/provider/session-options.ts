import type { OrtSessionOptions } from './ort.js';

/**
 * The options of every session. Level 4 is fatal only: what fails arrives as an exception, and a library does not write to the
 * console.
 */
export function sessionOptions(
  executionProviders: NonNullable<OrtSessionOptions['executionProviders']>,
  threads?: number,
): OrtSessionOptions {
  const options: OrtSessionOptions = { executionProviders, logSeverityLevel: 4 };
  return threads === undefined ? options : { ...options, intraOpNumThreads: threads };
}
