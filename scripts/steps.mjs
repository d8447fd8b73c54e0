// Running programs quietly, and remembering which set-up steps are done.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const STAMPS = join(ROOT, 'node_modules', '.convae');

/** A failure that is explained to the user without a stack trace. */
export class SetupError extends Error {}

/** Prints a line about set-up, apart from the task's own output. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Words that Windows' shell leaves as they are. */
const PLAIN_WORD = /^[\w@.:/\\=+-]+$/;

/**
 * How `spawn` is called: program, arguments, and whether in a shell. Programs by their names alone are scripts on Windows
 * (npx.cmd), which run in its shell only; that takes a line, and takes it apart at spaces that are not quoted.
 */
export function spawnCommand(program, args, platform = process.platform) {
  if (platform !== 'win32' || /[\\/]/.test(program)) return { program, args, shell: false };
  const words = args.map((word) => (PLAIN_WORD.test(word) ? word : `"${word.replaceAll('"', '""')}"`));
  return { program: [program, ...words].join(' '), args: [], shell: true };
}

function start(name, words, options) {
  const { program, args, shell } = spawnCommand(name, words);
  return spawn(program, args, { ...options, shell });
}

/**
 * Runs a program without input and keeps its output to itself.
 * @throws SetupError with the whole output and `advice` when it fails.
 */
export async function runQuietly(name, program, args, { advice, env = {} } = {}) {
  const child = start(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  const code = await exitCodeOf(child, name);
  if (code === 0) return;
  const output = Buffer.concat(chunks).toString().trim();
  throw new SetupError([output, `${name} failed (exit code ${code}).`, advice].filter(Boolean).join('\n'));
}

/** Runs a task in the foreground, hands signals on to it and waits for it. */
export async function runTask(program, args, { cwd = ROOT, env = {} } = {}) {
  const child = start(program, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' });
  const forward = (signal) => child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  try {
    return await exitCodeOf(child, program);
  } finally {
    for (const signal of signals) process.off(signal, forward);
  }
}

function exitCodeOf(child, name) {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new SetupError(`${name} cannot be run: ${error.message}`)));
    child.once('close', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/** SHA-256 over the contents of files of the repository and over further facts. */
export function fingerprint(paths, facts = []) {
  const hash = createHash('sha256').update(JSON.stringify(facts));
  for (const path of paths) hash.update(`\0${path}\0`).update(readFileSync(join(ROOT, path)));
  return hash.digest('hex');
}

/** What a finished step has left under this name, undefined when it is not done. */
export function readStamp(name) {
  try {
    return JSON.parse(readFileSync(join(STAMPS, `${name}.json`), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Remembers that a step is done. */
export function writeStamp(name, value) {
  const path = join(STAMPS, `${name}.json`);
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, JSON.stringify(value));
  renameSync(`${path}.${process.pid}`, path);
}
