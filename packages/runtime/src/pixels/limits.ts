/** Largest file of a pixel context model that is read, bytes. */
export const MAX_PIXEL_FILE_BYTES = 8 << 20;
