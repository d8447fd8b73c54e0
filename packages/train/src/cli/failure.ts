import { ConvaeError, UsageError } from '@convae/runtime/core';
import { CommanderError } from 'commander';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

/** 2 for a mistake in the command line, 1 for everything else that goes wrong. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE;
}

/** What is printed of it: one message, and the stack of what is a defect. Commander has printed its own already. */
export function failureText(thrown: unknown, debug: boolean): string | undefined {
  if (thrown instanceof CommanderError) return undefined;
  const { message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
  const expected = thrown instanceof ConvaeError || thrown instanceof UsageError;
  const text = `convae-train: ${expected ? '' : 'internal error: '}${message}`;
  return debug || !expected ? `${text}\n${stack}` : text;
}
