const LOCALE = 'en';
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const formatWhole = (value: number): string => whole.format(value);

export const formatBytes = (bytes: number): string =>
  `${whole.format(bytes)} ${bytes === 1 ? 'byte' : 'bytes'}`;

/** Megabytes of 10^6 bytes, for downloads. */
export const formatMegabytes = (bytes: number): string => oneDigit.format(bytes / 1e6);

export const formatKilobytes = (bytes: number): string => `${oneDigit.format(bytes / 1e3)} kB`;

export const formatDecibels = (psnr: number): string =>
  psnr === Infinity ? 'exact' : `${oneDigit.format(psnr)} dB`;

export const formatMilliseconds = (ms: number): string => `${oneDigit.format(ms)} ms`;

export const formatSeconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;

/** How many times larger one size is: one digit after the point below ten. */
export const formatRatio = (ratio: number): string =>
  `${ratio < 10 ? oneDigit.format(ratio) : whole.format(ratio)}×`;

/** Three leading digits: measured rates are not better known. */
export function formatRate(perSecond: number): string {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(perSecond)) - 2);
  return whole.format(Math.round(perSecond / unit) * unit);
}
