import { availableParallelism, constants } from 'node:os';
import { runCli } from './program.js';

// An exit, so that at-exit.ts runs its tasks: no temporary file stays behind.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => process.exit(128 + constants.signals[signal]));

// A reader that closes the pipe early (convae info … | head -1) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

/** Each takes some 50 MB: more than these only where --threads asks for them. */
const MAX_THREADS = 8;

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  stdin: process.stdin,
  writeBytes: (bytes) => writeToStdout(bytes),
  threads: Math.min(availableParallelism(), MAX_THREADS),
  terminal: process.stderr.isTTY ? process.stderr : undefined,
});

/** Waits until the bytes are on their way. A closed pipe takes no more of them, and that is no error. */
function writeToStdout(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => {
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') reject(error);
      else resolve();
    });
  });
}
