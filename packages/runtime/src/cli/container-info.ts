import { type ContainerFile, openContainer } from '../bitstream/index.js';
import { toHex } from '../bytes.js';
import type { CodecOptions } from './codec-options.js';
import { withContainer } from './container-input.js';
import { counted, formatBytes, printJson, printTable, type Streams } from './output.js';

/** What a container says of itself; no bundle is needed, and no chunk is read. */
export async function containerInfo(path: string, { json }: CodecOptions, streams: Streams): Promise<void> {
  await withContainer(path, streams, async (source) => {
    const container = await openContainer(source);
    if (json) printJson(streams, infoJson(container, source.size));
    else printTable(streams, infoRows(container, source.size));
  });
}

function infoJson({ header, entries, imageCount }: ContainerFile, bytes: number): object {
  const bundleHash = toHex(header.bundleHash);
  const bytesPerImage = imageCount === 0 ? null : bytes / imageCount;
  return { ...header, bundleHash, images: imageCount, chunks: entries.length, bytes, bytesPerImage };
}

function infoRows({ header, entries, imageCount }: ContainerFile, bytes: number): string[][] {
  const { height, width, channels, quality, prior } = header;
  const each = imageCount === 0 ? '' : `, ${(bytes / imageCount).toFixed(2)} bytes an image`;
  return [
    ['format', 'convae container 1'],
    ['images', `${imageCount} in ${counted(entries.length, 'chunk')}`],
    ['image', `${height}×${width}×${channels}, unless a chunk says otherwise`],
    ['size', `${formatBytes(bytes)}${each}`],
    ['quality', `${quality}, ${prior} prior`],
    ['bundle', toHex(header.bundleHash)],
  ];
}
