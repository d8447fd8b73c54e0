import { join } from 'node:path';
import { type Bundle, ConvaeError, loadBundle, type Manifest } from '@convae/runtime/core';
import { bundleFolder } from '@convae/runtime/node';
import { olderWith, writeWholeFolder } from './files.js';

/** Most images that Triton may run at once: larger batches fall out of a processor's caches. */
const MAX_BATCH = 128;
/** The same where images may be of any size, and large. */
const MAX_BATCH_ANY_SIZE = 16;
/** How long a request may wait for others to share its batch, microseconds. */
const MAX_DELAY_MICROSECONDS = 500;
const CONFIG_FILE = 'config.pbtxt';

type Part = 'encoder' | 'decoder';
type Tensor = Manifest[Part]['input'];

/** A model of a repository: the folder's name, and its files by their paths in it. */
export interface TritonModel {
  readonly name: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/**
 * Writes encoder and decoder of a bundle as two models of a repository for NVIDIA Triton, which KServe reads too:
 * `DIR/NAME_encoder` and `DIR/NAME_decoder`, with dynamic batching. Each model's folder appears whole, and replaces one
 * that is there.
 * @returns the names of the models.
 * @throws ConvaeError as loading a bundle; UNSUPPORTED where a graph has a fixed batch size; WRITE_FAILED, also where a
 * model's folder holds something else.
 * @source https://github.com/triton-inference-server/server/blob/main/docs/user_guide/model_repository.md
 */
export async function writeTritonRepository(bundle: string, folder: string): Promise<string[]> {
  const models = tritonModels(await loadBundle(bundleFolder(bundle)));
  for (const { name, files } of models)
    await writeWholeFolder(join(folder, name), files, olderWith(CONFIG_FILE));
  return models.map(({ name }) => name);
}

/** The two models of a bundle. @throws ConvaeError UNSUPPORTED. */
export function tritonModels(bundle: Bundle): TritonModel[] {
  return (['encoder', 'decoder'] as const).map((part) => {
    const name = `${folderName(bundle.manifest.name)}_${part}`;
    const graph = bundle[part];
    if (graph === undefined)
      throw new ConvaeError(
        'UNSUPPORTED',
        `expected a bundle with both graphs, ${bundle.location} has no encoder`,
      );
    const config = new TextEncoder().encode(configOf(bundle.manifest, part, name));
    return { name, files: { '1/model.onnx': graph, [CONFIG_FILE]: config } };
  });
}

/** A bundle's name as one of a folder: letters, digits, `_` and `-`. */
const folderName = (name: string): string => name.replaceAll(/[^\w-]/g, '_');

function configOf({ image, normalisation, ...manifest }: Manifest, part: Part, name: string): string {
  const { input, output } = manifest[part];
  const { scale, offset } = normalisation;
  return `# Inside the networks a pixel of 0..255 is pixel * ${scale} + ${offset}.
name: "${name}"
backend: "onnxruntime"
max_batch_size: ${image.anySize ? MAX_BATCH_ANY_SIZE : MAX_BATCH}
input [ ${tensorOf(input)} ]
output [ ${tensorOf(output)} ]
dynamic_batching { max_queue_delay_microseconds: ${MAX_DELAY_MICROSECONDS} }
`;
}

/** A tensor without its batch dimension; -1 is any size. */
function tensorOf({ name, shape: [batch, ...sides] }: Tensor): string {
  if (typeof batch !== 'string') {
    const problem = `expected a graph that takes any number of images, received one with ${batch} for ${name}`;
    throw new ConvaeError('UNSUPPORTED', problem);
  }
  const dims = sides.map((side) => (typeof side === 'string' ? -1 : side));
  return `{ name: ${JSON.stringify(name)} data_type: TYPE_FP32 dims: [ ${dims.join(', ')} ] }`;
}
