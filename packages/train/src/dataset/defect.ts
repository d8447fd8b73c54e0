import { UsageError } from '@convae/runtime/core';

/** What JavaScript throws where a program is wrong; code that goes on after a failure must not go on after these. */
const DEFECTS = [TypeError, RangeError, ReferenceError, SyntaxError];

/** Whether an error shows a defect of the program, and not that something from outside failed. */
export function isDefect(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  return !(error instanceof UsageError) && DEFECTS.some((kind) => error instanceof kind);
}
