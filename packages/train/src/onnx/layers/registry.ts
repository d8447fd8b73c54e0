import { ConvaeError } from '@convae/runtime/core';
import type { Value } from '../layout.js';
import { activationLayers } from './activation-layers.js';
import { SUPPORTED_ACTIVATIONS } from './activations.js';
import { convolutionLayers } from './convolution.js';
import { denseLayers } from './dense.js';
import type { LayerCall, LayerHandler } from './layer-call.js';
import { mergeLayers } from './merge.js';
import { normalizationLayers } from './normalization.js';
import { poolingLayers } from './pooling.js';
import { reshapeLayers, timeDistributed } from './reshape.js';
import { resizeLayers } from './resize.js';

const HANDLERS: Readonly<Record<string, LayerHandler>> = {
  ...activationLayers,
  ...convolutionLayers,
  ...denseLayers,
  ...mergeLayers,
  ...normalizationLayers,
  ...poolingLayers,
  ...reshapeLayers,
  ...resizeLayers,
  TimeDistributed: timeDistributed((call) => convertLayer(call)),
};

/** The layer classes that can be exported, by tfjs's names; models may be nested in models. */
export const SUPPORTED_LAYERS: readonly string[] = ['InputLayer', ...Object.keys(HANDLERS)].sort();

/** What the exporter can do, as one line for error messages. */
const supportedText = (): string =>
  `Supported layers: ${SUPPORTED_LAYERS.join(', ')}. Supported activations: ${SUPPORTED_ACTIVATIONS.join(', ')}.`;

/** The error for a layer class that is not supported. */
export function unsupportedLayer(name: string, className: string): ConvaeError {
  const message = `Layer "${name}" is of the class ${className}, which cannot be exported. ${supportedText()}`;
  return new ConvaeError('UNSUPPORTED', message);
}

/**
 * Writes one layer call into the graph.
 * @throws ConvaeError UNSUPPORTED naming the layer, its class and what is supported.
 */
export function convertLayer(call: LayerCall): Value {
  const className = call.layer.getClassName();
  const handler = Object.hasOwn(HANDLERS, className) ? HANDLERS[className] : undefined;
  if (!handler) throw unsupportedLayer(call.name, className);
  return handler(call);
}
