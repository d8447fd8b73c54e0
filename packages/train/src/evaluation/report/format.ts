/** Figures as people read them, one way for the whole report. */

const integers = new Intl.NumberFormat('en-GB');

/** 10,000 */
export function formatCount(value: number): string {
  return integers.format(Math.round(value));
}

/** Three significant digits, no exponent down to a millionth: 0.00854 */
export function formatMse(value: number): string {
  if (value !== 0 && value < 1e-6) return value.toExponential(1);
  return value === 0 ? '0' : value.toPrecision(3);
}

/** 20.68 dB; ∞ for identical images. */
export function formatPsnr(value: number | null): string {
  return value === null ? '∞ dB' : `${value.toFixed(2)} dB`;
}

/** 0.905 */
export function formatSsim(value: number): string {
  return value.toFixed(3);
}

/** 12%, 0.4%, 0%, 100% (the last two only where exact). */
export function formatShare(value: number): string {
  const percent = value * 100;
  if (value > 0 && percent < 0.1) return 'under 0.1%';
  if (value < 1 && percent > 99.9) return 'over 99.9%';
  return `${percent < 10 && value > 0 ? percent.toFixed(1) : percent.toFixed(0)}%`;
}

/** 1 to 3 significant digits for measured real values: 0.0312, 4.1, 12.7 */
export function formatReal(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e5 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

/** 784 bytes, 4.3 kB, 1.2 MB (decimal). */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** 48 s, 9 min 5 s, 2 h 10 min. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 4×7×7 */
export function formatShape(shape: readonly number[]): string {
  return shape.join('×');
}
