/**
 * Has a task run, without waiting for anything, where the process ends before `release` is called: by a signal, of
 * which main.ts makes an exit, or by an error that nobody caught.
 * @returns `release`.
 */
export function atExit(task: () => void): () => void {
  process.on('exit', task);
  return () => {
    process.off('exit', task);
  };
}
