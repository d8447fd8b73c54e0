// What producer and workers share: names of the queues, and the way to Redis.
import { parseArgs } from 'node:util';

/** One job a shard. */
export const ENCODE = 'convae-encode';
/** One job a container; it waits for the jobs of its shards. */
export const MERGE = 'convae-merge';

/** Redis may be away for a while: commands wait until it is back. */
export const connection = {
  url: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379',
  maxRetriesPerRequest: null,
};

/** Says once that Redis is away, and not every time that a connection is tried. */
export function reporting(emitter) {
  let last = '';
  emitter.on('error', (error) => {
    const text = error.message || error.code;
    if (text !== last) console.error(`waiting for Redis: ${text}`);
    last = text;
  });
  return emitter;
}

/** Command-line options; a mistake in them ends the program with exit code 2. */
export function options(config, check, usage) {
  try {
    const parsed = parseArgs(config);
    if (check(parsed)) return parsed;
  } catch (error) {
    console.error(error.message);
  }
  console.error(usage);
  process.exit(2);
}

/** A whole number from 1; NaN for anything else. */
export const count = (text) => (/^[1-9]\d{0,6}$/.test(text) ? Number(text) : Number.NaN);
