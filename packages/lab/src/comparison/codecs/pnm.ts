import { ConvaeError, joinBytes } from '@convae/runtime';
import type { Picture } from '../mosaic/mosaic.js';

const KINDS: Readonly<Record<number, string>> = { 1: 'GRAYSCALE', 3: 'RGB', 4: 'RGB_ALPHA' };

/** A picture as a portable any-map (Netpbm, "PAM"). */
export function toPnm({ data, height, width, channels }: Picture): Uint8Array {
  const fields = [`WIDTH ${width}`, `HEIGHT ${height}`, `DEPTH ${channels}`, 'MAXVAL 255'];
  const head = ['P7', ...fields, `TUPLTYPE ${KINDS[channels]}`, 'ENDHDR', ''].join('\n');
  return joinBytes([new TextEncoder().encode(head), data]);
}

/** Channels, width and height that a head tells, and its length. */
function headOf(text: string): number[] | undefined {
  const plain = /^P([56])\s(\d+)\s(\d+)\s255\s/.exec(text);
  if (plain) return [plain[1] === '5' ? 1 : 3, Number(plain[2]), Number(plain[3]), plain[0].length];
  const [any] = /^P7\n(?:[A-Z]+ \w+\n)+ENDHDR\n/.exec(text) ?? [''];
  if (!any.includes('\nMAXVAL 255\n')) return undefined;
  const field = (name: string): number => Number(new RegExp(`\n${name} (\\d+)\n`).exec(any)?.[1]);
  return [field('DEPTH'), field('WIDTH'), field('HEIGHT'), any.length];
}

/** Reads a PGM, PPM or PAM of eight bits without comments. @throws ConvaeError DATA_INVALID. */
export function fromPnm(bytes: Uint8Array): Picture {
  const head = headOf(Buffer.from(bytes.subarray(0, 200)).toString('latin1'));
  const [channels = 0, width = 0, height = 0, start = 0] = head ?? [];
  const data = bytes.subarray(start);
  if (!head || data.length !== channels * width * height)
    throw new ConvaeError('DATA_INVALID', 'this is no portable any-map of eight bits');
  return { data, height, width, channels };
}
