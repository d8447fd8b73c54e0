import { latest, whenIdle } from '../base/latest.js';
import { createSignal, type Signal } from '../base/signal.js';
import type { Coded, Shown } from '../codec/live.js';
import { pngOf, type Written, writtenAt } from '../picture/browser-formats.js';

/** A picture that went through the codec, as the browser's own encoders keep it. */
export interface Formats {
  readonly of: Coded;
  /** Lossless, bytes. */
  readonly png: number;
  /** At least as close to the original as the codec's; undefined where the browser writes none. */
  readonly jpeg: Written | undefined;
  readonly webp: Written | undefined;
}

/** Time without a new picture before the browser's own encoders are asked, milliseconds. */
const IDLE_MS = 150;

/**
 * What the browser makes of each picture that is shown; undefined until that is known.
 * @param failed Is told why it is not.
 */
export function followFormats(
  shown: Signal<Shown | undefined>,
  failed: (error: unknown) => void,
): Signal<Formats | undefined> {
  const formats = createSignal<Formats | undefined>(undefined);
  const measure = latest(async () => {
    const { value } = shown;
    if (value?.kind !== 'coded' || value.changedAt !== undefined) return;
    const found = await formatsOf(value, () => shown.value === value);
    if (shown.value === value) formats.set(found);
  }, failed);
  shown.subscribe(() => formats.value && formats.set(undefined));
  shown.subscribe(whenIdle(IDLE_MS, measure));
  return formats;
}

async function formatsOf(of: Coded, wanted: () => boolean): Promise<Formats> {
  const { size } = await pngOf(of.original);
  const jpeg = await writtenAt(of.original, 'jpeg', of.psnr, wanted);
  const webp = await writtenAt(of.original, 'webp', of.psnr, wanted);
  return { of, png: size, jpeg, webp };
}
