import { expect, it } from 'vitest';
import { presetSpec } from '../model/presets.js';
import { checkSameRun, parseRecipe } from './recipe.js';

const wanted = JSON.parse(
  JSON.stringify({
    ...parseRecipe({ rate: { lambdas: [60], context: { radius: 2 } }, schedule: 'cosine' }),
    architecture: presetSpec('grid-4', { channels: 1, height: 28, width: 28 }),
  }),
);

it('takes a run that was started before rate and architecture had all of their fields', () => {
  const { emphasis, emphasisUntil, ...rate } = wanted.rate;
  const { outputGain, ...initialiser } = wanted.architecture.initialiser;
  const { place, ...context } = rate.context;
  const started = {
    ...wanted,
    rate: { ...rate, context },
    flips: undefined,
    architecture: { ...wanted.architecture, initialiser },
  };
  expect([emphasis, emphasisUntil, outputGain, place]).toEqual([8, 0.2, 1, true]);
  expect(() => checkSameRun(started, wanted, 'd')).not.toThrow();
});

it.each([
  ['rate', { ...wanted, rate: { ...wanted.rate, emphasis: 4 } }],
  ['architecture', { ...wanted, architecture: { ...wanted.architecture, linear: { patch: 4 } } }],
])('refuses another %s', (name, other) => {
  expect(() => checkSameRun(wanted, other, 'd')).toThrow(new RegExp(`other settings.*${name}`));
});
