import { Command } from 'commander';
import { expect, it } from 'vitest';
import { addExportFlags } from './flags.js';

const parsed = (...args: string[]): Command => addExportFlags(new Command()).parse(args, { from: 'user' });

it.each(['--bundle-steps', '--qualities'])('%s names the steps of the bundle', (flag) => {
  const command = parsed(flag, '16,12.5,8');
  expect(command.opts()).toMatchObject({ bundleSteps: [16, 12.5, 8] });
  expect(command.getOptionValueSource('bundleSteps')).toBe('cli');
});

it('the old name is not in the help', () => {
  expect(parsed().helpInformation()).toContain('--bundle-steps');
  expect(parsed().helpInformation()).not.toContain('--qualities');
});
