/** The manifest's own file name inside a bundle folder. */
export const MANIFEST_FILE = 'manifest.json';

/** A file name that leads nowhere else: no separator, no leading dot. Every name out of a file must be one. */
export const PLAIN_FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** @throws RangeError where `name` is no {@link PLAIN_FILE_NAME}. */
export function checkPlainFileName(name: string): void {
  if (!PLAIN_FILE_NAME.test(name))
    throw new RangeError(`expected a plain file name for name, received '${name}'`);
}

/** Where the files of a bundle come from: a folder, a web address, an archive, memory. */
export interface BundleFiles {
  /** Names the place in messages, e.g. the folder. */
  readonly location: string;
  /**
   * The names of all files there are, where that is known, as of a packed bundle. Where the encoder's is not among them, the
   * codec decodes only.
   */
  readonly names?: readonly string[] | undefined;
  /**
   * Reads one whole file. `name` is always a plain file name; `maxBytes` is the most that will be accepted, so
   * that an implementation can refuse before it allocates. `sha256` (64 hexadecimal digits) is what the file's SHA-256
   * must be, where that is known: the caller checks it, and an implementation may keep files by it.
   * @throws ConvaeError NOT_FOUND where there is no such file, LIMIT_EXCEEDED where it is larger than `maxBytes`.
   */
  read(name: string, maxBytes: number, sha256?: string): Promise<Uint8Array>;
}
