import type { ConvertedModel } from '../onnx/convert.js';
import { serializeGraph } from '../onnx/graph/serialize.js';
import type { Feeds } from '../onnx/parity/ort.js';
import { fuseTransposedConvolutions } from './fuse-transposed.js';
import { compareSpeed } from './timing.js';

/** `plain`: layer by layer. `fused`: transposed convolutions rewritten as 1×1 convolutions and DepthToSpace. */
type DecoderForm = 'plain' | 'fused';

/** The fused form must need at most this part of the plain form's time. */
const FUSED_TIME_RATIO = 0.95;

/** A decoder's graph in one of its forms. */
export interface DecoderChoice {
  readonly form: DecoderForm;
  readonly bytes: Uint8Array;
  /** Median times of one run, milliseconds; null where the decoder has no fused form. */
  readonly milliseconds: { readonly plain: number; readonly fused: number } | null;
}

/** Takes the fused form of a decoder where it has one and this machine runs it faster. */
export async function chooseDecoderForm(
  decoder: ConvertedModel,
  feeds: Feeds,
  producerVersion: string,
): Promise<DecoderChoice> {
  const graph = fuseTransposedConvolutions(decoder.graph);
  if (!graph) return { form: 'plain', bytes: decoder.bytes, milliseconds: null };
  const bytes = serializeGraph(graph, producerVersion);
  const [plain, fused] = (await compareSpeed([decoder.bytes, bytes], feeds)) as [number, number];
  const faster = fused <= plain * FUSED_TIME_RATIO;
  return {
    form: faster ? 'fused' : 'plain',
    bytes: faster ? bytes : decoder.bytes,
    milliseconds: { plain, fused },
  };
}
