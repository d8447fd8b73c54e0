import type { OpenDatasetOptions } from './options.js';

type OnProgress = OpenDatasetOptions['onProgress'];

/** One count for lists of files that are read one after another: for each list, its own `onProgress`. */
export function jointProgress(onProgress: OnProgress, total: number): (files: number) => OnProgress {
  let before = 0;
  return (files) => {
    const start = before;
    before += files;
    return onProgress && (({ step, done }) => onProgress({ step, done: start + done, total }));
  };
}
