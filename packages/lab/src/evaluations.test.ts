import { Command } from 'commander';
import { expect, it } from 'vitest';
import { evaluations } from './evaluations.js';

it('name the files that they leave beside a run, each once', () => {
  const files = evaluations.flatMap((evaluation) => evaluation.files);
  expect(new Set(files).size).toBe(files.length);
  expect(files).toEqual(
    expect.arrayContaining(['artifacts.json', 'denoising.json', 'features.json', 'features-map.svg']),
  );
});

it('add a command each', () => {
  const program = new Command();
  for (const { addCommand } of evaluations) addCommand(program, evaluations);
  expect(program.commands.map((command) => command.name())).toEqual([
    'artifacts',
    'compare',
    'denoising',
    'features',
    'sweep',
  ]);
});
