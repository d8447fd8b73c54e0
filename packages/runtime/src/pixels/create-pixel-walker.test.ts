import { afterEach, describe, expect, it, vi } from 'vitest';
import { randomPixelModel } from '../testing/lossless-bundle.js';
import { createPixelWalker } from './create-pixel-walker.js';

const model = randomPixelModel();

describe('a walker for a pixel context model', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('runs in WebAssembly where that runs, and plainly where it is asked to', () => {
    expect(createPixelWalker(model).name).toBe('simd');
    expect(createPixelWalker(model, { kernel: 'plain' }).name).toBe('plain');
  });

  it('runs plainly on a page whose main thread compiles no module of this size', () => {
    createPixelWalker(model);
    const Compiled = WebAssembly.Module;
    class Module {
      constructor(bytes: Uint8Array<ArrayBuffer>) {
        if (bytes.length > 4096) throw new RangeError('WebAssembly.Compile is disallowed on the main thread');
        // biome-ignore lint/correctness/noConstructorReturn: small modules are what they are elsewhere
        return new Compiled(bytes);
      }
    }
    vi.stubGlobal('WebAssembly', {
      ...WebAssembly,
      validate: WebAssembly.validate,
      Instance: WebAssembly.Instance,
      Module,
    });
    expect(createPixelWalker(model).name).toBe('plain');
    expect(() => createPixelWalker(model, { kernel: 'simd' })).toThrow('disallowed');
  });
});
