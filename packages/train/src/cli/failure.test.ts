import { ConvaeError, UsageError } from '@convae/runtime/core';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../training/recipe.js';
import { addCommands } from './commands.js';
import { exitCodeOf, failureText } from './failure.js';

/** What work throws. */
async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('expected work to fail');
}

async function command(...args: string[]): Promise<unknown> {
  const program = new Command('convae-train').exitOverride().configureOutput({ writeErr: () => undefined });
  addCommands(program, []);
  for (const each of program.commands) each.exitOverride();
  return thrownBy(() => program.parseAsync(args, { from: 'user' }));
}

describe('a failed command', () => {
  it.each<[string, () => unknown]>([
    ['a TypeError', () => (undefined as unknown as () => void)()],
    ['a RangeError', () => new Array(-1)],
    ['a ReferenceError', () => Function('return nowhere')()],
    ['something that is no error', () => Promise.reject('a text')],
  ])('by %s out of the depths has an internal error: exit code 1 and a stack', async (_, work) => {
    const error = await thrownBy(work);
    expect(exitCodeOf(error)).toBe(1);
    expect(failureText(error, false)).toMatch(/^convae-train: internal error: .+\n.*\n? +at /);
  });

  it.each([
    [['run', '--data', 'cifar']],
    [['run', '--epochs', '0']],
    [['run', '--psnr', '30', '--lambda', '60']],
    [['run', '--psnr', '30', '--bytes', '60']],
    [['run', '--preset', 'patch-4', '--no-context']],
    [['run', '--validation', '-1']],
    [['run', '--backend', 'cpu', '--tensorboard', 'events']],
  ])('by %j has exit code 2 and one message', async (args) => {
    const error = await command(...args);
    expect(exitCodeOf(error)).toBe(2);
    expect(failureText(error, false)).toMatch(/^convae-train: expected .+$/);
  });

  it.each(['0', '-1', '9,8', Array.from({ length: 17 }, (_, i) => i + 1).join()])(
    'by --lambda %s has exit code 2, before anything is read',
    async (lambdas) => {
      expect(exitCodeOf(await command('run', '--data', 'idx:nowhere', '--lambda', lambdas))).toBe(2);
    },
  );

  it('by an unknown flag has exit code 2; commander has told', async () => {
    const error = await command('run', '--sped', '3');
    expect(exitCodeOf(error)).toBe(2);
    expect(failureText(error, false)).toBeUndefined();
  });

  it('by anything else that may happen has exit code 1 and one message', () => {
    const error = new ConvaeError('NOT_FOUND', 'no such folder');
    expect(exitCodeOf(error)).toBe(1);
    expect(failureText(error, false)).toBe('convae-train: no such folder');
    expect(failureText(error, true)).toContain('\n    at ');
  });

  it('is told apart by a class of its own, which callers see as a RangeError', async () => {
    const error = await thrownBy(() => parseRecipe({ epochs: 0 }));
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toBeInstanceOf(RangeError);
    expect((error as Error).name).toBe('RangeError');
  });
});
