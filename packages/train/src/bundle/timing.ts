import { median } from '@convae/runtime/core';
import { type Feeds, type OrtSession, openSession } from '../onnx/parity/ort.js';

/** Rounds of {@link compareSpeed}; each runs every graph once. */
const TIMING_ROUNDS = 15;

/**
 * Runs several graphs on the same inputs in turn, so that what else the machine does meets all alike.
 * @returns The median of each graph's times, milliseconds.
 */
export async function compareSpeed(graphs: readonly Uint8Array[], feeds: Feeds): Promise<number[]> {
  const sessions: OrtSession[] = [];
  try {
    for (const bytes of graphs) sessions.push(await openSession(bytes, { threads: 1 }));
    const times = sessions.map((): number[] => []);
    for (let round = -2; round < TIMING_ROUNDS; round++) {
      for (const [i, session] of sessions.entries()) {
        const start = performance.now();
        await session.run(feeds);
        // The first rounds warm up.
        if (round >= 0) times[i]!.push(performance.now() - start);
      }
    }
    return times.map((measured) => median(measured)!);
  } finally {
    for (const session of sessions) await session.release();
  }
}
