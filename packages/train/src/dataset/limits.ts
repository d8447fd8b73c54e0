import { MAX_IDX_BYTES, MAX_IDX_IMAGES } from '@convae/runtime/core';

/** Largest number of images in one part (train, validation, test) of a data set. */
export const MAX_IMAGES = MAX_IDX_IMAGES;
/** Largest number of pixel bytes in one part; also the largest file that Node reads in one piece. */
export const MAX_TOTAL_BYTES = MAX_IDX_BYTES;
/** Deepest nesting of an image folder. */
export const MAX_FOLDER_DEPTH = 32;
/** Class numbers are uint8. */
export const MAX_CLASSES = 256;
