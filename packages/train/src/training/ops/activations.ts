import type { Tensor } from '@tensorflow/tfjs-core';
import { LEAKY_SLOPE } from '../../model/build.js';
import type { Activation } from '../../model/spec.js';
import type { Kernels } from './kernels.js';

/** An activation and its gradient as single kernels. */
export interface ActivationKernels {
  apply(x: Tensor): Tensor;
  gradient(g: Tensor, x: Tensor, y: Tensor): Tensor;
}

/** The kernels of an activation; `gradient` takes the gradient at the output, the input and the output. */
export function activationOf(k: Kernels, activation: Activation): ActivationKernels {
  const attributes = [k.float('T')];
  const leaky = [...attributes, k.number('alpha', LEAKY_SLOPE)];
  const of = (name: string, gradient: ActivationKernels['gradient']): ActivationKernels => ({
    apply: (x) => k.run(name, attributes, x),
    gradient,
  });
  switch (activation) {
    case 'linear':
      return { apply: (x) => x, gradient: (g) => g };
    case 'relu':
      return of('Relu', (g, _x, y) => k.run('ReluGrad', attributes, g, y));
    case 'leakyRelu':
      return {
        apply: (x) => k.run('LeakyRelu', leaky, x),
        gradient: (g, x) => k.run('LeakyReluGrad', leaky, g, x),
      };
    case 'elu':
      return of('Elu', (g, _x, y) => k.run('EluGrad', attributes, g, y));
    case 'sigmoid':
      return of('Sigmoid', (g, _x, y) => k.run('SigmoidGrad', attributes, y, g));
    case 'tanh':
      return of('Tanh', (g, _x, y) => k.run('TanhGrad', attributes, y, g));
    case 'softplus':
      return of('Softplus', (g, x) => k.run('SoftplusGrad', attributes, g, x));
  }
}
