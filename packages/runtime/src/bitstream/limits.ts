/** Largest height and width of a coded image, pixels. */
export const MAX_CODED_SIDE = 16384;
/** Most images in one chunk. */
export const MAX_CHUNK_IMAGES = 65536;
/** Most symbols in one chunk of more than one image. */
export const MAX_CHUNK_SYMBOLS = 1 << 24;
/** Largest body of a chunk, bytes. */
export const MAX_CHUNK_BYTES = 16 << 20;
/** Most chunks in one container. */
export const MAX_CHUNKS = 1 << 18;
/** Largest body of a container's index, bytes. */
export const MAX_INDEX_BYTES = 4 << 20;
/** Most images in one container. */
export const MAX_CONTAINER_IMAGES = MAX_CHUNKS * MAX_CHUNK_IMAGES;
/** Largest block of header fields, bytes. */
export const MAX_HEADER_BYTES = 4096;
/** Most bytes that salvage checksums in vain, beyond twice the file's size, before it gives up. */
export const MAX_SALVAGE_BYTES = 64 << 20;
