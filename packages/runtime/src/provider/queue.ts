/**
 * Runs tasks one at a time, in order. ONNX Runtime refuses a second `run` on a session that is still running
 * ("Session already started"), and on WebGPU a second run on the same context.
 */
export interface RunQueue {
  /** Runs `task` after all earlier ones and settles as it does; a task that fails does not stop the next. */
  enqueue<T>(task: () => Promise<T>): Promise<T>;
}

/** Longest time that tasks run one after the other before others get their turn, milliseconds: half a frame. */
const TURN_MS = 8;

/**
 * A new, empty queue.
 * @param yieldTurn Lets the thread's other work go on; called after some milliseconds of tasks. For platforms whose
 * runs never yield: a long call would hold up every event.
 */
export function createRunQueue(yieldTurn?: () => Promise<void>): RunQueue {
  let tail: Promise<unknown> = Promise.resolve();
  let turnEnds = 0;
  let unsettled = 0;
  const turn = async (): Promise<void> => {
    if (yieldTurn === undefined || performance.now() < turnEnds) return;
    await yieldTurn();
    turnEnds = performance.now() + TURN_MS;
  };
  const settled = (): void => {
    unsettled -= 1;
  };
  return {
    enqueue: (task) => {
      // Nothing to wait for: a short run takes a few microseconds less without the promises.
      const result = unsettled === 0 && yieldTurn === undefined ? task() : tail.then(turn).then(task);
      unsettled += 1;
      // The next task waits for the end of this one, not for its success.
      tail = result.then(settled, settled);
      return result;
    },
  };
}
