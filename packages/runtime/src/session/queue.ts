/**
 * Runs tasks one at a time, in order. ONNX Runtime refuses a second `run` on a session that is still running
 * ("Session already started"), and on WebGPU a second run on the same context.
 */
export interface RunQueue {
  /** Runs `task` after all earlier ones and settles as it does; a task that fails does not stop the next. */
  enqueue<T>(task: () => Promise<T>): Promise<T>;
}

/** A new, empty queue. */
export function createRunQueue(): RunQueue {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    enqueue: (task) => {
      const result = tail.then(task);
      // The next task waits for the end of this one, not for its success.
      tail = result.catch(() => undefined);
      return result;
    },
  };
}
