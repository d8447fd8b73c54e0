/** What two batches must share to be compared. */
interface Shape {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

function words({ count, height, width, channels }: Shape): string {
  return `${count} images of ${height}×${width}×${channels}`;
}

/** @throws RangeError where the reconstructions differ from the originals in number, size or channels. */
export function assertSameShape(originals: Shape, reconstructions: Shape): void {
  const expected = words(originals);
  const received = words(reconstructions);
  if (expected !== received) {
    throw new RangeError(`expected ${expected} for reconstructions, received ${received}`);
  }
}
