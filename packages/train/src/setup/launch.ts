import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism, constants } from 'node:os';
import { withoutChatter } from './chatter.js';
import { launchEnvironment } from './launch-environment.js';
import { resumedRun } from './resumed-run.js';

/** Signals that end or interrupt a command, handed on to the child. */
const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Preloaded into the child: when the launcher is gone, however it went (a `kill -9` included), the child must not
 * train on unseen. The launcher holds the other end of an IPC channel, and its closing is the sign. The channel
 * alone does not keep a finished command running.
 */
export const END_WITH_LAUNCHER = `data:text/javascript,${encodeURIComponent(
  "process.once('disconnect', () => process.kill(process.pid, 'SIGKILL')); process.channel.unref();",
)}`;

/** In the child, the launcher's own standard error: what JavaScript writes goes there at once. */
const OWN_STDERR = 4;

/**
 * Preloaded into the child: TensorFlow writes to file 2, which the launcher reads. On a terminal JavaScript goes on
 * writing to the terminal itself, so that bars keep its width and colours.
 */
const WRITE_TO_TERMINAL = `data:text/javascript,${encodeURIComponent(
  `import tty from 'node:tty'; if (tty.isatty(${OWN_STDERR})) Object.defineProperty(process, 'stderr', { value: new tty.WriteStream(${OWN_STDERR}) });`,
)}`;

/**
 * One Ctrl-C reaches the launcher up to three times: from the terminal, from npm and from the script in
 * between, each passing it on. Repeats within this time, in milliseconds, are the same key press.
 */
const SAME_SIGNAL_MS = 400;

interface LaunchCommand {
  /** JavaScript file to run. */
  script: string;
  /** Its arguments. */
  argv: readonly string[];
}

/**
 * Runs a script in a child process whose environment carries the settings of {@link launchEnvironment}, and
 * waits for it. Signals reach the child exactly once each; the child ends when this process is killed. What TensorFlow
 * itself says on standard error is left out, but for warnings and errors.
 *
 * @returns the child's exit code, or 128 + the number of the signal that ended it.
 */
export async function launch(command: LaunchCommand): Promise<number> {
  const { argv, script } = command;
  const resumed = resumedRun(argv);
  const settings = launchEnvironment({ argv, env: process.env, cores: availableParallelism(), resumed });
  const preloads = [END_WITH_LAUNCHER, WRITE_TO_TERMINAL].flatMap((module) => ['--import', module]);
  const child = spawn(process.execPath, [...preloads, script, ...argv], {
    env: { ...process.env, ...settings },
    stdio: ['inherit', 'inherit', 'pipe', 'ipc', process.stderr.fd],
    // A session of its own, so that the terminal's Ctrl-C comes only through the launcher.
    detached: process.platform !== 'win32',
  });
  child.stderr?.pipe(withoutChatter()).pipe(process.stderr, { end: false });
  const stopForwarding = forwardSignals(child);
  try {
    return await exitCodeOf(child);
  } finally {
    stopForwarding();
  }
}

function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

function forwardSignals(child: ChildProcess): () => void {
  const lastSeen = new Map<NodeJS.Signals, number>();
  const forward = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    const repeated = now - (lastSeen.get(signal) ?? Number.NEGATIVE_INFINITY) < SAME_SIGNAL_MS;
    if (!repeated) child.kill(signal);
    lastSeen.set(signal, now);
  };
  for (const signal of FORWARDED_SIGNALS) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED_SIGNALS) process.off(signal, forward);
  };
}
