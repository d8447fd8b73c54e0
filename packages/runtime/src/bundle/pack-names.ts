// What is known of packed bundles before one is read: the code that reads them is loaded for them alone.

/** Largest packed bundle that is read, bytes. */
export const MAX_PACK_BYTES = 160 << 20;
/** How the names of packed bundles end. */
export const PACK_EXTENSION = '.convae';
