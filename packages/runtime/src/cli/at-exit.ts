/**
 * Runs a task, synchronously, if the process exits before `release` is called: after a signal, which main.ts turns into
 * an exit, or after an uncaught error.
 * @returns `release`.
 */
export function atExit(task: () => void): () => void {
  process.on('exit', task);
  return () => {
    process.off('exit', task);
  };
}
