import { spawn, spawnSync } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { ConvaeError } from '@convae/runtime';

/** Sends bytes through a program. @throws ConvaeError RUN_FAILED. */
export async function through(
  program: string,
  args: readonly string[],
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(bytes);
  const [output, problem, status] = await Promise.all([buffer(child.stdout), buffer(child.stderr), code]);
  if (status === 0) return output;
  throw new ConvaeError('RUN_FAILED', `${program} ended with ${status}: ${problem.toString().trim()}`);
}

/** A program's first line about its version. @throws ConvaeError DEPENDENCY_MISSING. */
export function programVersion(program: string): string {
  const { status, stdout, error } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (status === 0) return stdout.split('\n')[0]!.trim();
  throw new ConvaeError('DEPENDENCY_MISSING', `the program ${program} is not installed`, { cause: error });
}
