import type { Bundle, LosslessBundle } from '../../bundle/load.js';
import type { CodedImages, CodingSettings } from '../../codec/coding/index.js';
import type { LoadOptions } from '../../codec/load-options.js';
import type { FloatImageBatch, ImageBatch } from '../../image.js';
import type { ErrorMessage } from '../../messages/errors.js';

/** What a thread begins with. */
export interface ThreadData {
  readonly bundle: Bundle | LosslessBundle;
  /** Of the codec that it opens. */
  readonly options: LoadOptions;
}

/** Beside {@link ThreadData}: int32 in shared memory, 1 when the thread has freed all that it held. */
export interface ThreadEnd {
  readonly ended: Int32Array;
}

/** The tasks of a thread by name: what each is given, and its result. */
export interface Tasks {
  /** Done when the thread's codec is ready. */
  readonly open: { readonly given: null; readonly result: null };
  readonly encode: {
    readonly given: {
      readonly images: ImageBatch | FloatImageBatch;
      /** Images in a payload. */
      readonly each: number;
      readonly settings: CodingSettings;
      readonly effort: number | undefined;
    };
    readonly result: Uint8Array[];
  };
  readonly decode: {
    readonly given: { readonly payload: Uint8Array; readonly coded: CodedImages };
    readonly result: ImageBatch;
  };
}

export type TaskName = keyof Tasks;

/** To a thread: do this, stop that, or free all and end. */
export type Order =
  | { readonly id: number; readonly name: TaskName; readonly given: Tasks[TaskName]['given'] }
  | { readonly stop: number }
  | { readonly end: true };

/** From a thread, the outcome of a task. */
export type Answer =
  | { readonly id: number; readonly value: Tasks[TaskName]['result'] }
  | { readonly id: number; readonly error: ErrorMessage };
