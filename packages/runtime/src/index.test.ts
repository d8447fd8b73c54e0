import type * as OrtCommon from 'onnxruntime-common';
import type * as OrtNode from 'onnxruntime-node';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type {
  BundleFiles,
  Codec,
  ConvaeErrorCode,
  FloatImageBatch,
  ImageBatch,
  LatentBatch,
  Manifest,
  OrtModule,
  RoundTrip,
} from './index.js';
import * as core from './index.js';
import * as node from './node/index.js';

describe('the public interface', () => {
  it('gives what its options say, as types', () => {
    expectTypeOf(node.loadCodec).returns.resolves.toEqualTypeOf<Codec>();
    expectTypeOf(node.loadCodec).parameter(0).toEqualTypeOf<core.BundleSource>();
    expectTypeOf<BundleFiles | Uint8Array | Blob>().toExtend<core.BundleSource>();
    const reconstruct = (codec: Codec, latents: LatentBatch) => ({
      plain: codec.reconstruct(latents),
      uint8: codec.reconstruct(latents, { output: 'uint8', height: 28 }),
      float: codec.reconstruct(latents, { output: 'float32' }),
    });
    expectTypeOf(reconstruct).returns.toEqualTypeOf<{
      plain: Promise<ImageBatch>;
      uint8: Promise<ImageBatch>;
      float: Promise<FloatImageBatch>;
    }>();
    const roundTrip = (codec: Codec, images: ImageBatch[]) => codec.roundTrip(images, { output: 'float32' });
    expectTypeOf(roundTrip).returns.resolves.toEqualTypeOf<RoundTrip<FloatImageBatch>>();
    expectTypeOf<Codec['embed']>().returns.resolves.toEqualTypeOf<LatentBatch>();
    expectTypeOf<Codec['embed']>().parameter(0).not.toBeAny();
    expectTypeOf<Codec>().toExtend<AsyncDisposable>();
    expectTypeOf(core.parseManifest).returns.toEqualTypeOf<Manifest>();
    expectTypeOf<core.ConvaeError['code']>().toEqualTypeOf<ConvaeErrorCode>();
  });

  it('takes either package of ONNX Runtime as the injected module', () => {
    expectTypeOf<typeof OrtCommon>().toExtend<OrtModule>();
    expectTypeOf<typeof OrtNode>().toExtend<OrtModule>();
  });

  it('exports the same from the core and from the Node entry, which adds files', () => {
    const added = Object.keys(node).filter((name) => !(name in core));
    expect(Object.keys(node)).toEqual(expect.arrayContaining(Object.keys(core)));
    expect(added.sort()).toMatchInlineSnapshot(`
      [
        "MAX_IMAGE_FILE_BYTES",
        "SparseLines",
        "TimeLeft",
        "bundleFolder",
        "createFileSink",
        "decodeImageFile",
        "disableTelemetry",
        "encodeImageFile",
        "encodePng",
        "formatDuration",
        "formatTimeLeft",
        "gunzipped",
        "isGzip",
        "loadCodec",
        "openBundle",
        "openFileSource",
        "readIdxFileStream",
        "readImageFile",
        "readImageSize",
        "streamSource",
        "writeFileAtomic",
        "writeImageFile",
      ]
    `);
  });
});
