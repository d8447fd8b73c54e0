import type { Tensor } from '@tensorflow/tfjs-core';
import type { ChainLink, NetworkShapes } from '../../model/shapes.js';
import type { BlockOps, BlockRun } from './block-ops.js';

/** A run through consecutive blocks; `parameters` alternate kernel and bias. */
export interface ChainRun {
  readonly output: Tensor;
  /** Gradients in the order of the parameters, and that of the input where asked for. */
  backward(gradient: Tensor, needInput: boolean): { parameters: Tensor[]; input: Tensor | undefined };
}

/** Run consecutive blocks forward, keeping what their gradients need. */
export function runChain(
  ops: BlockOps,
  links: readonly ChainLink[],
  input: Tensor,
  parameters: readonly Tensor[],
): ChainRun {
  const runs: BlockRun[] = [];
  let x = input;
  for (const [i, link] of links.entries()) {
    const run = ops.forward(link, x, parameters[2 * i]!, parameters[2 * i + 1]!);
    runs.push(run);
    x = run.output;
  }
  return { output: x, backward: (gradient, needInput) => backThrough(runs, gradient, needInput) };
}

function backThrough(
  runs: readonly BlockRun[],
  gradient: Tensor,
  needInput: boolean,
): ReturnType<ChainRun['backward']> {
  const parameters: Tensor[] = [];
  let g: Tensor | undefined = gradient;
  for (let i = runs.length - 1; i >= 0; i--) {
    const gradients = runs[i]!.backward(g!, i > 0 || needInput);
    parameters.unshift(gradients.kernel, gradients.bias);
    g = gradients.input;
  }
  return { parameters, input: g };
}

/** Encoder and decoder in one run: reconstruction of `input`, with the latent in between. */
export function runNetwork(
  ops: BlockOps,
  shapes: NetworkShapes,
  input: Tensor,
  parameters: readonly Tensor[],
): { latent: Tensor; output: Tensor; backward(gradient: Tensor): Tensor[] } {
  const split = 2 * shapes.encoder.length;
  const encoder = runChain(ops, shapes.encoder, input, parameters.slice(0, split));
  const decoder = runChain(ops, shapes.decoder, encoder.output, parameters.slice(split));
  const backward = (gradient: Tensor): Tensor[] => {
    const decoded = decoder.backward(gradient, true);
    return [...encoder.backward(decoded.input!, false).parameters, ...decoded.parameters];
  };
  return { latent: encoder.output, output: decoder.output, backward };
}
