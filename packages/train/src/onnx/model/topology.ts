import { ConvaeError } from '@convae/runtime/core';
import { SUPPORTED_LAYERS, unsupportedLayer } from '../layers/registry.js';

/** Deepest nesting of models that is read. */
const MAX_MODEL_DEPTH = 64;

const CONTAINERS: readonly string[] = ['Model', 'Functional', 'Sequential'];

/** Sizes of a layer that its weights have as well. */
const WEIGHT_SIZES = ['units', 'filters', 'output_dim', 'outputDim', 'input_dim', 'inputDim'] as const;

/**
 * Looks through a saved model for layers that cannot be exported, so that the error names the layer before tfjs
 * stumbles over a class that it does not know, and for sizes beyond the weights that the files hold, before tfjs
 * allocates them.
 * @param weightCount Numbers in all weights together.
 * @throws ConvaeError UNSUPPORTED for such a layer; DATA_INVALID for a topology without layers or with such a size.
 */
export function checkTopology(topology: Readonly<Record<string, unknown>>, weightCount: number): void {
  const root = record(topology.model_config) ?? topology;
  if (!CONTAINERS.includes(className(root))) {
    const message = `The model is of the class ${className(root)}; known are ${CONTAINERS.join(', ')}`;
    throw new ConvaeError('DATA_INVALID', message);
  }
  checkLayers(root, '', 0, weightCount);
}

function checkLayers(
  container: Readonly<Record<string, unknown>>,
  prefix: string,
  depth: number,
  weightCount: number,
): void {
  if (depth > MAX_MODEL_DEPTH) {
    throw new ConvaeError('LIMIT_EXCEEDED', `Models are nested more than ${MAX_MODEL_DEPTH} deep`);
  }
  const layers = layersOf(container);
  if (!layers)
    throw new ConvaeError(
      'DATA_INVALID',
      `The model "${prefix || className(container)}" has no list of layers`,
    );
  for (const layer of layers) {
    const path = `${prefix}${layerName(layer)}`;
    if (CONTAINERS.includes(className(layer))) checkLayers(layer, `${path}/`, depth + 1, weightCount);
    else checkLayer(layer, path, depth, weightCount);
  }
}

function checkLayer(
  layer: Readonly<Record<string, unknown>>,
  path: string,
  depth: number,
  weightCount: number,
): void {
  if (!SUPPORTED_LAYERS.includes(className(layer))) throw unsupportedLayer(path, className(layer));
  checkSizes(record(layer.config) ?? {}, path, weightCount);
  const wrapped = record(record(layer.config)?.layer);
  if (!wrapped || depth > MAX_MODEL_DEPTH) return;
  checkLayer(wrapped, `${path}/${layerName(wrapped)}`, depth + 1, weightCount);
}

function checkSizes(config: Readonly<Record<string, unknown>>, path: string, weightCount: number): void {
  const key = WEIGHT_SIZES.find((name) => typeof config[name] === 'number' && config[name] > weightCount);
  if (!key) return;
  const message = `Layer "${path}" has ${key} ${config[key]}, but all weight files together hold ${weightCount} numbers`;
  throw new ConvaeError('DATA_INVALID', message);
}

/** Old Sequential models have the list itself as their configuration. */
function layersOf(container: Readonly<Record<string, unknown>>): Record<string, unknown>[] | null {
  const config = container.config;
  const list = Array.isArray(config) ? config : record(config)?.layers;
  return Array.isArray(list) && list.every((layer) => record(layer)) ? list : null;
}

const className = (layer: Readonly<Record<string, unknown>>): string =>
  String(layer.class_name ?? layer.className ?? 'unknown');

const layerName = (layer: Readonly<Record<string, unknown>>): string =>
  String(record(layer.config)?.name ?? layer.name ?? 'without a name');

const record = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
