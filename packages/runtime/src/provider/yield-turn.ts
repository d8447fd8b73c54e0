/// <reference lib="dom" />

/** Lets the page's or worker's other events go on: a message to oneself comes after those that are waiting. */
export function yieldTurn(): Promise<void> {
  return new Promise((resolve) => {
    // Of Node, Deno and Bun: at once, while the first channel takes milliseconds.
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
