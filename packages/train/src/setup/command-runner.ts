import { spawn } from 'node:child_process';

/** How much of a command's output is kept for its error message, in characters. */
const MAX_KEPT_OUTPUT = 64 * 1024;

export interface CommandOptions {
  cwd?: string;
  /** Added to the environment of this process. */
  env?: Record<string, string>;
  /** The command is ended after this time, in milliseconds. */
  timeoutMs: number;
  /** Ends the command early. */
  signal?: AbortSignal | undefined;
}

/** A command that could not be started, failed or took too long; `output` is what it printed. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly output: string;

  constructor(message: string, output: string, options?: { cause?: unknown }) {
    super(message, options);
    this.output = output;
  }
}

/**
 * Runs a program without a shell and without input.
 *
 * @returns what it printed on both streams.
 * @throws CommandError with the reason and the output.
 */
export function runCommand(file: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const child = spawn(file, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-MAX_KEPT_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new CommandError(`${file} cannot be run: ${cause.message}`, output, { cause })),
    );
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(output);
      const end = signal
        ? `was ended by ${signal} (limit ${options.timeoutMs / 1000} s)`
        : `failed (exit code ${code})`;
      reject(new CommandError(`${file} ${end}${lastLine(output)}`, output));
    });
  });
}

/** The first line of what an error says. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]?.trim() ?? '';
}

/** The line of the output that says most: the last one with "error" in it, or else the last one. */
function lastLine(output: string): string {
  const lines = output.split('\n').flatMap((line) => line.trim() || []);
  const telling = lines.findLast((line) => /\berror\b/i.test(line)) ?? lines.at(-1);
  return telling ? `: ${telling.slice(0, 300)}` : '';
}
