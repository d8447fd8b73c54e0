import { type Chunk, type ContainerHeader, readContainer } from '../bitstream/index.js';
import { type Bundle, loadBundle } from '../bundle/load.js';
import { checkHeader, chunkSymbols, EntropyModel } from '../codec/coding/index.js';
import { streamSource } from '../node/byte-files.js';
import { openBundle } from '../node/open-bundle.js';
import type { BundleOptions } from './codec-options.js';
import { withContainer } from './container-input.js';
import { counted, formatBytes, nameOf, printResult, type Streams } from './output.js';

/**
 * `convae verify FILE`: reads a container from front to back and checks every checksum and its index; with `--bundle`
 * also that it is that bundle's, and that every chunk decodes to symbols. No network runs.
 */
export async function runVerify(
  input: string,
  options: Partial<BundleOptions>,
  streams: Streams,
): Promise<void> {
  const bundle =
    options.bundle === undefined ? undefined : await loadBundle(await openBundle(options.bundle));
  await withContainer(input, streams, async (source) => {
    const { header, chunks } = await readContainer(streamSource(source));
    const check = bundle && chunkCheck(bundle, header);
    const counts = { images: 0, chunks: 0 };
    for await (const chunk of chunks) {
      check?.(chunk);
      counts.images += chunk.imageCount;
      counts.chunks++;
    }
    const decoded = bundle !== undefined;
    const held = `${counted(counts.images, 'image')} in ${counted(counts.chunks, 'chunk')}, ${formatBytes(source.size)}`;
    const words = `${nameOf(input, 'standard input')}: ok. ${held}${decoded ? ', all symbols decoded' : ''}`;
    printResult(streams, options, { ok: true, ...counts, bytes: source.size, decoded }, words);
  });
}

function chunkCheck({ manifest, coding }: Bundle, header: ContainerHeader): (chunk: Chunk) => void {
  const context = { manifest, model: new EntropyModel(manifest, coding) };
  checkHeader(context, header);
  return (chunk) => void chunkSymbols(context, header, chunk);
}
