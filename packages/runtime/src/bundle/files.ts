/** The manifest's own file name inside a bundle folder. */
export const MANIFEST_FILE = 'manifest.json';

/** Where the files of a bundle come from: a folder, a web address, an archive, memory. */
export interface BundleFiles {
  /** Names the place in messages, e.g. the folder. */
  readonly location: string;
  /**
   * Reads one whole file. `name` is always a plain file name; `maxBytes` is the most that will be accepted, so
   * that an implementation can refuse before it allocates.
   * @throws ConvaeError NOT_FOUND where there is no such file, LIMIT_EXCEEDED where it is larger than `maxBytes`.
   */
  read(name: string, maxBytes: number): Promise<Uint8Array>;
}
