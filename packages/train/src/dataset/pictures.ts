import { type ImageFiles, readImage } from './image-file.js';
import { requireInteger } from './options.js';
import type { Pictures } from './types.js';

/** The files of a folder as pictures with so many channels; reads none of them yet. */
export function openPictures(images: Omit<ImageFiles, 'onProgress'>, channels: number): Pictures {
  const { files } = images;
  return {
    count: files.length,
    names: files,
    read: async (index) => {
      requireInteger('index', index, 0, files.length - 1);
      return readImage(images, index, channels);
    },
  };
}
