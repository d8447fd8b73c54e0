/** A mistake in the command line itself: it ends the program with exit code 2. */
export class UsageError extends Error {}
