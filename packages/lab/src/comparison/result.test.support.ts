import { type MeasuredMethod, type Point, type RateDistortion, rateDistortionFile } from './result.js';

function point(setting: string, bytesPerImage: number, psnr: number | null, modelBytes?: number): Point {
  const mse = psnr === null ? 0 : 10 ** (-psnr / 10);
  const known = { setting, images: 100, bytesPerImage, mse, psnr, ssim: 0.9 };
  return modelBytes === undefined ? known : { ...known, modelBytes };
}

function method(
  known: Pick<MeasuredMethod, 'id' | 'label' | 'family' | 'points'> & Partial<MeasuredMethod>,
): MeasuredMethod {
  return { use: 'together', lossless: false, details: 'as it comes', ...known };
}

/** A comparison with figures that are easy to reckon with. */
export function exampleResult(): RateDistortion {
  return rateDistortionFile.parse({
    format: 'convae-rate-distortion',
    version: '2.0',
    createdAt: '2026-01-02T03:04:05.000Z',
    command: 'convae-train compare',
    dataset: {
      name: 'patches',
      source: 'idx:patches',
      part: 'test',
      images: 100,
      height: 8,
      width: 8,
      channels: 1,
      manySizes: false,
    },
    samples: {
      single: { images: 50, pixels: 3200, sha256: '1'.repeat(64) },
      together: { images: 100, pixels: 6400, sha256: '0'.repeat(64) },
    },
    psnrs: [20.4, 22, 24, 25.7, 28],
    methods: [
      method({
        id: 'own-context',
        label: 'convae own, context prior, one container',
        family: 'convae',
        prior: 'context',
        points: [point('quality 0', 8, 23, 80_000), point('quality 1', 30, 29, 80_000)],
      }),
      method({
        id: 'reference-factorized',
        label: 'reference autoencoder, quantized after training, one container',
        family: 'reference',
        prior: 'factorized',
        points: [point('quality 0', 45, 20.5, 25_000)],
      }),
      method({
        id: 'pca',
        label: 'PCA with the same entropy coder, one container',
        family: 'pca',
        points: [point('step 2', 20, 20.4), point('step 1', 30, 22.5)],
      }),
      method({
        id: 'webp-mosaic',
        label: 'WebP, one mosaic',
        family: 'codec',
        points: [point('quality 1', 40, 24), point('quality 5', 64, 28)],
      }),
      method({
        id: 'png-mosaic',
        label: 'PNG, one mosaic',
        family: 'codec',
        lossless: true,
        points: [point('lossless', 160, null)],
      }),
      method({
        id: 'own-context-single',
        label: 'convae own, context prior, one stream each',
        family: 'convae',
        use: 'single',
        prior: 'context',
        points: [point('quality 0', 10, 23, 80_000), point('quality 1', 32, 29, 80_000)],
      }),
      method({
        id: 'webp-file',
        label: 'WebP, one file each',
        family: 'codec',
        use: 'single',
        points: [point('quality 1', 80, 22), point('quality 5', 160, 28)],
      }),
    ],
    skipped: [{ label: 'xz, raw pixels as one stream', reason: 'the program xz is not installed' }],
  });
}
