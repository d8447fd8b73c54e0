/** A long task in pieces of some milliseconds: each gives how many symbols it has coded, the end what came of all. */
export type Steps<T> = Generator<number, T, undefined>;

/** Does all pieces at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
