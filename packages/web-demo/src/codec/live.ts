import type { Codec, ImageBatch } from '@convae/runtime/web';
import type { Photo } from '../picture/import-image.js';
import { psnrOf } from '../picture/quality.js';
import type { Coding, Running } from './session.js';

/** A picture that went through the codec. */
export interface Coded extends Coding {
  readonly kind: 'coded';
  readonly running: Running;
  /** What coded it. */
  readonly codec: Codec;
  readonly original: ImageBatch;
  /** A single image stream. */
  readonly bytes: Uint8Array;
  readonly decoded: ImageBatch;
  /** Decibels. */
  readonly psnr: number;
  /** From picture to bytes, with the way to the worker and back, milliseconds. */
  readonly encodeMs: number;
  /** From bytes to picture, likewise. */
  readonly decodeMs: number;
  /** The file that it came from, where it was coded at its own size. */
  readonly photo?: Photo;
  /** The byte in which a bit was flipped, where one was; `decoded` is then what became of it. */
  readonly changedAt?: number;
}

/** A picture that came out of a file: there is no original here. */
interface Opened {
  readonly kind: 'opened';
  readonly running: Running;
  readonly name: string;
  /** All of the file. */
  readonly bytes: Uint8Array;
  /** Images in the file; the first is shown. */
  readonly count: number;
  readonly decoded: ImageBatch;
  readonly decodeMs: number;
}

export type Shown = Coded | Opened;

/** The two steps of {@link codeImage}. */
export type Step = 'encode' | 'decode';

export interface CodeOptions {
  /** Stops it: it then rejects with ConvaeError ABORTED. */
  readonly signal?: AbortSignal;
  /** Called when a step begins, and while it goes on: with its share that is done, 0..1. */
  readonly onStep?: (step: Step, share: number) => void;
}

/** The codec that codes as the visitor chose. @throws ConvaeError as `loadCodec`. */
export const codecFor = (running: Running, { exact }: Coding): Codec | Promise<Codec> =>
  exact ? running.exact() : running.codec;

/** What an encoder is told: a lossless one has nothing to choose. */
export const choicesOf = ({ exact, quality, prior }: Coding): Partial<Coding> =>
  exact ? {} : { quality, prior };

/** Encodes a picture and decodes it again. @throws ConvaeError as `encode` and `decode`. */
export async function codeImage(
  running: Running,
  original: ImageBatch,
  coding: Coding,
  { signal, onStep }: CodeOptions = {},
): Promise<Coded> {
  const codec = await codecFor(running, coding);
  const start = performance.now();
  onStep?.('encode', 0);
  const onProgress = onStep && ((share: number) => onStep('encode', share));
  const bytes = await codec.encode(original, { ...choicesOf(coding), signal, onProgress });
  const middle = performance.now();
  onStep?.('decode', 0);
  const decoded = await codec.decode(bytes, {
    signal,
    onProgress: onStep && ((share) => onStep('decode', share)),
  });
  const end = performance.now();
  return {
    kind: 'coded',
    running,
    codec,
    ...coding,
    original,
    bytes,
    decoded,
    psnr: psnrOf(original, decoded),
    encodeMs: middle - start,
    decodeMs: end - middle,
  };
}
