import { availableParallelism } from 'node:os';

/** Work that runs side by side: libuv's pool has four threads unless told otherwise, and decoded images are large. */
const CONCURRENCY = Math.min(4, Math.max(2, availableParallelism()));

/**
 * Runs `work` for 0..count−1, a few at a time, and returns the results in order. After the first failure no more work
 * starts, and the failure with the lowest number is thrown.
 */
export async function mapConcurrent<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results = new Array<T>(count);
  const failures: { index: number; error: unknown }[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await work(index);
      } catch (error) {
        failures.push({ index, error });
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  failures.sort((a, b) => a.index - b.index);
  if (failures[0]) throw failures[0].error;
  return results;
}
