import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';

/** A layer of tfjs; the class itself is not exported by tfjs-layers. */
export type Layer = SymbolicTensor['sourceLayer'];

/** What a model and a nested model have in common. */
export type Container = Layer & Pick<LayersModel, 'inputs' | 'outputs' | 'layers'>;

const CONTAINER_CLASSES: readonly string[] = ['Model', 'Functional', 'LayersModel', 'Sequential'];

/** Whether the layer is a model of its own. */
const isContainer = (layer: Layer): layer is Container => CONTAINER_CLASSES.includes(layer.getClassName());

/** What a walk does with one layer call. `path` names the layer with the nested models around it. */
export type VisitLayer<T> = (layer: Layer, inputs: readonly T[], path: string, tensor: SymbolicTensor) => T;

/**
 * Computes a model's outputs from its inputs, layer by layer in the order of the data, looking into nested
 * models. Used with tensors and with the nodes of a graph alike.
 * @param inputs One per input of the model, in its order.
 */
export function walkModel<T>(model: Container, inputs: readonly T[], visit: VisitLayer<T>): T[] {
  return walkContainer(model, inputs, visit, '');
}

function walkContainer<T>(
  container: Container,
  inputs: readonly T[],
  visit: VisitLayer<T>,
  prefix: string,
): T[] {
  const known = new Map<number, T>(container.inputs.map((tensor, i) => [tensor.id, inputs[i]!]));
  const resolve = (tensor: SymbolicTensor): T => {
    if (!known.has(tensor.id)) computeNode(tensor);
    return known.get(tensor.id)!;
  };
  const computeNode = (tensor: SymbolicTensor): void => {
    const layer = tensor.sourceLayer;
    const node = layer.inboundNodes[tensor.nodeIndex]!;
    const arguments_ = node.inputTensors.map(resolve);
    const path = `${prefix}${layer.name}`;
    const results = isContainer(layer)
      ? walkContainer(layer, arguments_, visit, `${path}/`)
      : [visit(layer, arguments_, path, tensor)];
    node.outputTensors.forEach((output, i) => {
      known.set(output.id, results[i]!);
    });
  };
  return container.outputs.map(resolve);
}

/** Every layer of the model and of the models nested in it, each once. */
export function allLayers(container: Container): Layer[] {
  return container.layers.flatMap((layer) => (isContainer(layer) ? allLayers(layer) : [layer]));
}
