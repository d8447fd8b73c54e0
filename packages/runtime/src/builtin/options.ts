import { checkLoadOptions, type FetchingOptions, type LoadOptions } from '../codec/load-options.js';

/** Options of `loadCodec` and `loadDecoder` of `@convae/runtime/builtin`. */
export interface BuiltinLoadOptions
  extends FetchingOptions,
    Pick<LoadOptions, 'batchSize' | 'contextKernel'> {}

/** @throws TypeError or RangeError with what was expected and what was received. */
export function checkBuiltinOptions(options: BuiltinLoadOptions): void {
  checkLoadOptions(options, ['builtin']);
}
