import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { compileKernels } from './index.js';
import { createKernels, UNARY } from './kernels.js';

const kernels = await createKernels(await compileKernels());
const PAGE = 1 << 16;
kernels.memory.grow(4);
const { buffer } = kernels.memory;
const [FIRST, FROM, TO] = [PAGE, PAGE + 64, 2 * PAGE];
const small = fc.integer({ min: 1, max: 9 });

test.prop([fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), small, small, fc.boolean()])(
  'windows of 2×2 beside each other give the same bits as any windows, and nothing beyond',
  (filters, images, height, width, isCut) => {
    const [low, high] = isCut ? [0, 0.5] : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const plane = height * width;
    const count = filters * images * 4 * plane;
    new Float32Array(buffer, FIRST, filters).set(Array.from({ length: filters }, (_, i) => 0.1 * i - 0.1));
    new Float32Array(buffer, FROM, count).set(Array.from({ length: count }, (_, i) => Math.sin(i)));
    const room = new Float32Array(buffer, TO, count + 8).fill(7);
    kernels.interleave(FIRST, FROM, TO, filters, images, height, width, low, high);
    const found = room.slice();

    kernels.fill(FIRST, TO, filters, images * 4 * plane);
    for (let place = 0; place < 4; place++) {
      const planes = [
        filters,
        16 * images * plane,
        16 * images * plane,
        images,
        4 * plane,
        16 * plane,
      ] as const;
      const window = [2 * height, 2 * width, place >> 1, place & 1, 2, 2, height, width] as const;
      kernels.scatter(FROM + 4 * place * images * plane, TO, ...planes, ...window);
    }
    kernels.unary(UNARY.clamp, TO, TO, count, low, high);
    expect(found.subarray(0, count)).toEqual(room.subarray(0, count));
    expect([...found.subarray(count)]).toEqual(new Array(8).fill(7));
  },
);
