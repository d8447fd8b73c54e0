import { loadBundle } from '../bundle/load.js';
import { codedShape, EntropyModel, mostImages } from '../codec/coding/index.js';
import type { OpenedContainer } from '../codec/interface.js';
import { ConvaeError } from '../errors.js';
import { openBundle } from '../node/open-bundle.js';

/** How many images an IDX file gets, and the problem where the container names more. */
export interface IdxCount {
  readonly count: number;
  readonly problem?: ConvaeError;
}

/**
 * How many images an IDX file of a salvaged container gets. The file has lost images too. Where the container's bytes
 * cannot hold as many as it names, the file ends with the last image of a whole chunk.
 * @throws ConvaeError LIMIT_EXCEEDED where that one has a number that is too large already.
 */
export async function salvagedCount(
  { header, imageCount, lost }: OpenedContainer,
  bytes: number,
  bundle: string,
): Promise<IdxCount> {
  const { manifest, coding } = await loadBundle(await openBundle(bundle));
  const shape = codedShape(manifest, header);
  const most = mostImages(new EntropyModel(manifest, coding), bytes, { ...header, shape });
  const whole = lostFromEnd(lost, imageCount);
  if (imageCount <= most || whole === 0) return { count: imageCount };
  const { height, width } = header;
  const held = `${bytes} bytes hold at most ${most} of ${height}×${width}`;
  if (whole > most)
    throw new ConvaeError(
      'LIMIT_EXCEEDED',
      `a chunk of the container names image ${whole - 1}, and its ${held}: name a folder for -o`,
    );
  const problem = `the container names ${imageCount} images, and its ${held}: the IDX file ends with image ${whole - 1}`;
  return { count: whole, problem: new ConvaeError('DATA_INVALID', problem) };
}

/** The number from which on all images are lost. */
function lostFromEnd(lost: OpenedContainer['lost'], imageCount: number): number {
  const last = lost.at(-1);
  return last && last.firstImage + last.imageCount === imageCount ? last.firstImage : imageCount;
}
