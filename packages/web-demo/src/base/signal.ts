/** A value that tells its listeners when it is set. */
export interface Signal<T> {
  readonly value: T;
  set(value: T): void;
  /** Calls the listener now and after every change. */
  subscribe(listener: (value: T) => void): void;
}

export function createSignal<T>(first: T): Signal<T> {
  let current = first;
  const listeners: ((value: T) => void)[] = [];
  return {
    get value() {
      return current;
    },
    set(value) {
      current = value;
      for (const listener of listeners) listener(value);
    },
    subscribe(listener) {
      listeners.push(listener);
      listener(current);
    },
  };
}
