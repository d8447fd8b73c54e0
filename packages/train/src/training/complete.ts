import type { Checkpoint } from './checkpoint.js';

/** Whether so many epochs as the recipe's patience brought no better weights. */
export function outOfPatience({
  recipe: { patience },
  history,
  best,
}: Pick<Checkpoint, 'recipe' | 'history' | 'best'>): boolean {
  return patience > 0 && best !== null && history.length - best.epoch >= patience;
}

/** Whether a run in this state has nothing left to train; one that was stopped has. */
export function isComplete(checkpoint: Omit<Checkpoint, 'parameters' | 'adam'>): boolean {
  return checkpoint.position.epoch > checkpoint.recipe.epochs || outOfPatience(checkpoint);
}
