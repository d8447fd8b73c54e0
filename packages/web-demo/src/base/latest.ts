/**
 * Runs a task one at a time. Any number of calls during a run lead to one more run. So the screen follows the hand, and
 * nothing piles up.
 * @param failed Is told what a run rejects with; the next one goes on.
 * @returns What asks; its promise resolves when no run is left to do.
 */
export function latest(task: () => Promise<void>, failed: (error: unknown) => void): () => Promise<void> {
  let running = false;
  let again = false;
  let over = Promise.resolve();
  const run = async (): Promise<void> => {
    running = true;
    do {
      again = false;
      await task().catch(failed);
    } while (again);
    running = false;
  };
  return () => {
    again = running;
    if (!running) over = run();
    return over;
  };
}

/** Calls the task some milliseconds after the last request. */
export function whenIdle(milliseconds: number, task: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(task, milliseconds);
  };
}

/** Calls the task only while an element is on the screen or near it; an earlier request waits until it is. */
export function whileVisible(element: Element, task: () => void): () => void {
  let visible = false;
  let due = false;
  const observer = new IntersectionObserver(
    ([entry]) => {
      visible = entry!.isIntersecting;
      if (visible && due) run();
    },
    { rootMargin: '200px' },
  );
  const run = (): void => {
    due = false;
    task();
  };
  observer.observe(element);
  return () => {
    if (visible) run();
    else due = true;
  };
}
