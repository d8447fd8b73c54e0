/** Largest file of a context model that is read, bytes. */
export const MAX_CONTEXT_FILE_BYTES = 8 << 20;
