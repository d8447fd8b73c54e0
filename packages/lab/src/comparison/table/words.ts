/** 9.28, 33.8, 151: three digits that count. */
export function formatRate(bytes: number): string {
  return bytes < 10 ? bytes.toFixed(2) : bytes < 1000 ? bytes.toFixed(1) : bytes.toFixed(0);
}

/** 25.70, or the word for no error at all. */
export function formatDecibels(psnr: number | null): string {
  return psnr === null ? 'lossless' : psnr.toFixed(2);
}

/** 1,234 or never. */
export const formatImages = (images: number | undefined): string =>
  images === undefined ? 'never' : images.toLocaleString('en');

/** 12,345 bytes or kB. */
export const formatModel = (bytes: number | undefined): string =>
  bytes === undefined ? '' : `${(bytes / 1000).toFixed(1)} kB`;
