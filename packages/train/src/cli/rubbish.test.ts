import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addCommands } from './commands.js';
import { exitCodeOf, failureText } from './failure.js';

const home = process.cwd();
let empty: string;
beforeEach(async () => {
  empty = await mkdtemp(join(tmpdir(), 'convae-rubbish-'));
  process.chdir(empty);
});
afterEach(() => {
  process.chdir(home);
  return rm(empty, { recursive: true });
});

/** What the command says on standard error, and its exit code. */
async function failed(args: readonly string[]): Promise<{ text: string; code: number }> {
  const texts: string[] = [];
  const output = { writeErr: (text: string) => void texts.push(text) };
  const program = new Command('convae-train').exitOverride().configureOutput(output);
  addCommands(program, []);
  for (const each of program.commands) each.exitOverride().configureOutput(output);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    return { text: texts.concat(failureText(error, false) ?? []).join(''), code: exitCodeOf(error) };
  }
  throw new Error(`expected ${args.join(' ')} to fail`);
}

// The same as its own process: test/pipeline.slow.test.ts.
describe('rubbish', () => {
  const usage = 2;
  const failure = 1;
  const cases: [string, string[], number, RegExp][] = [
    ['an unknown command', ['fly'], usage, /unknown command 'fly'/],
    ['zero epochs', ['run', '--epochs', '0'], usage, /epochs.*received 0/],
    ['half a batch', ['run', '--batch', '0.5'], usage, /expected an integer/],
    ['a negative learning rate', ['run', '--lr', '-1'], usage, /learningRate.*received -1/],
    ['an unknown preset', ['run', '--preset', 'huge'], usage, /Allowed choices are reference/],
    [
      'two targets',
      ['run', '--psnr', '30', '--bytes', '60'],
      usage,
      /one of --psnr, --bytes and --lambda, received --psnr and --bytes/,
    ],
    ['a target beside lambda', ['train', '--psnr', '30', '--lambda', '9'], usage, /--psnr and --lambda/],
    ['a target of no decibels', ['run', '--psnr', '0'], usage, /expected decibels in 10..60/],
    [
      'a target for a network without rate',
      ['run', '--preset', 'reference', '--bytes', '60'],
      usage,
      /a network for rate.*received reference: its latents have a relu/,
    ],
    ['an unknown source', ['run', '--data', 'cifar'], usage, /mnist, idx:DIR/],
    ['IDX files that do not exist', ['run', '--data', 'idx:/does/not/exist'], failure, /does\/not\/exist/],
    [
      'a size that the network cannot divide',
      ['run', '--size', '30', '--fit', 'pad', '--preset', 'reference'],
      usage,
      /multiples of 4.*28×28 and 32×32/,
    ],
    [
      'an architecture that does not exist',
      ['run', '--architecture', 'nowhere.json'],
      failure,
      /nowhere\.json/,
    ],
    ['nothing to resume', ['run', '--resume'], failure, /expected a run to resume/],
    ['nothing to export', ['export', 'nowhere'], failure, /expected a training run in .*nowhere/],
    ['nothing to evaluate', ['evaluate', 'nowhere'], failure, /expected a training run in .*nowhere/],
    ['no model to convert', ['convert', 'nowhere.json', '-o', 'x.onnx'], failure, /nowhere\.json/],
    ['no output to convert to', ['convert', 'model.json'], usage, /required option '-o, --output <file>'/],
  ];

  it.each(cases)('%s gives one message and writes nothing', async (_name, args, code, message) => {
    const found = await failed(args);
    expect(found).toEqual({ text: expect.stringMatching(message), code });
    expect(found.text).not.toMatch(/\n {4}at /);
    expect(await readdir(empty)).toEqual([]);
  });
});
