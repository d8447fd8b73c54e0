import { describe, expect, it } from 'vitest';
import { readHead, writeHead } from './head-byte.js';

const ALL_QUALITIES = Array.from({ length: 16 }, (_, i) => i + 1);

const everyByte = Array.from({ length: 256 }, (_, byte) => byte);

const again = (byte: number, qualities: number): number => writeHead(readHead(byte, qualities), qualities);

function isRead(byte: number, qualities: number): boolean {
  try {
    return readHead(byte, qualities).quality < qualities;
  } catch (error) {
    expect(error).toMatchObject({ code: 'DATA_INVALID' });
    return false;
  }
}

describe('the first byte of a placeholder', () => {
  it.each(ALL_QUALITIES)('with %d qualities is read as it was written', (qualities) => {
    const wrong = everyByte.filter((byte) => isRead(byte, qualities) && again(byte, qualities) !== byte);
    expect(wrong).toEqual([]);
    expect(everyByte.filter((byte) => isRead(byte, qualities)).length).toBeGreaterThan(237);
  });

  it.each(ALL_QUALITIES)(
    'with %d qualities has a code for every quality and leaves 255 free',
    (qualities) => {
      for (let quality = 0; quality < qualities; quality++) {
        expect(readHead(writeHead({ quality, aspectRatio: 1 }, qualities), qualities)).toEqual({
          quality,
          aspectRatio: 1,
        });
      }
      expect(() => readHead(255, qualities)).toThrow('begins with 255');
    },
  );

  it('keeps the usual aspect ratios to within 3 % where there are five qualities', () => {
    for (const aspectRatio of [1, 4 / 3, 3 / 2, 16 / 9, 21 / 9, 3 / 4, 9 / 16, 0.4, 3.9]) {
      const kept = readHead(writeHead({ quality: 2, aspectRatio }, 5), 5).aspectRatio;
      expect(Math.abs(kept / aspectRatio - 1)).toBeLessThan(0.03);
    }
  });

  it('takes wider and higher pictures for 4:1 and 1:4', () => {
    expect(readHead(writeHead({ quality: 0, aspectRatio: 1e300 }, 5), 5).aspectRatio).toBe(4);
    expect(readHead(writeHead({ quality: 4, aspectRatio: 1e-300 }, 5), 5).aspectRatio).toBe(0.25);
  });

  it('is the byte that FORMAT.md shows', () => {
    expect(writeHead({ quality: 2, aspectRatio: 3 / 2 }, 5)).toBe(134);
  });
});
