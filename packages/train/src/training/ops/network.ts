import type { Tensor } from '@tensorflow/tfjs-core';
import { tensorCount } from '../../model/parameters.js';
import type { ChainLink, Half, NetworkShapes } from '../../model/shapes.js';
import type { Tf } from '../../setup/backend.js';
import type { BlockOps, BlockRun, PixelBatch } from './block-ops.js';
import { pixelTensor } from './plain.js';

/** A run through consecutive blocks; `parameters` alternate kernel and bias. */
export interface ChainRun {
  readonly output: Tensor;
  /** Gradients in the order of the parameters, and that of the input where asked for. */
  backward(gradient: Tensor, needInput: boolean): { parameters: Tensor[]; input: Tensor | undefined };
}

/** Run consecutive blocks forward, keeping what their gradients need. */
function runChain(
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

/** Run one half of the network forward: its blocks, and beside them its linear transform, whose output is added. */
export function runHalf(
  ops: BlockOps,
  shapes: NetworkShapes,
  part: Half,
  input: Tensor,
  parameters: readonly Tensor[],
): ChainRun {
  const chain = runChain(ops, shapes[part], input, parameters);
  const linear = shapes.linear?.[part];
  if (linear === undefined) return chain;
  const beside = ops.forward(linear, input, parameters.at(-2)!, parameters.at(-1)!);
  return {
    output: ops.add(chain.output, beside.output),
    backward: (gradient, needInput) => {
      const blocks = chain.backward(gradient, needInput);
      const { kernel, bias, input: direct } = beside.backward(gradient, needInput);
      return {
        parameters: [...blocks.parameters, kernel, bias],
        input: needInput ? ops.add(blocks.input!, direct!) : undefined,
      };
    },
  };
}

/** The tensor that the network runs on: as its first block likes it best, unless a linear transform reads it too. */
export function networkInput(
  tf: Tf,
  ops: BlockOps,
  { encoder, linear }: NetworkShapes,
  batch: PixelBatch,
): Tensor {
  const first = encoder[0]!;
  return linear === undefined ? ops.input(first, batch) : pixelTensor(tf, first, batch);
}

/** Encoder and decoder in one run: reconstruction of `input`, with the latent in between. */
export function runNetwork(
  ops: BlockOps,
  shapes: NetworkShapes,
  input: Tensor,
  parameters: readonly Tensor[],
): { latent: Tensor; output: Tensor; backward(gradient: Tensor): Tensor[] } {
  const split = tensorCount('encoder', shapes);
  const encoder = runHalf(ops, shapes, 'encoder', input, parameters.slice(0, split));
  const decoder = runHalf(ops, shapes, 'decoder', encoder.output, parameters.slice(split));
  const backward = (gradient: Tensor): Tensor[] => {
    const decoded = decoder.backward(gradient, true);
    return [...encoder.backward(decoded.input!, false).parameters, ...decoded.parameters];
  };
  return { latent: encoder.output, output: decoder.output, backward };
}
