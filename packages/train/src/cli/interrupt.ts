/** A signal that the first Ctrl-C (or SIGTERM) aborts; the second one ends the process. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Give the signals back to their default. */
  release(): void;
}

/** Exit code of a process ended by Ctrl-C. */
const INTERRUPTED = 130;

/** Listen for Ctrl-C and SIGTERM; `onFirst` tells the user what happens now. */
export function untilInterrupt(onFirst: () => void): Interrupt {
  const controller = new AbortController();
  const listener = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
    onFirst();
  };
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const name of names) process.on(name, listener);
  const release = (): void => {
    for (const name of names) process.off(name, listener);
  };
  return { signal: controller.signal, release };
}
