import { ConvaeError } from '../errors.js';
import { firstLine } from '../provider/graph-session.js';

/**
 * Imports an optional peer dependency.
 * @param advice How to install it.
 * @throws ConvaeError DEPENDENCY_MISSING where it is not installed or cannot be loaded on this platform.
 */
export async function importDependency<T>(
  name: string,
  advice: string,
  importModule: () => Promise<T>,
): Promise<T> {
  try {
    return await importModule();
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    const what = missing ? `${name} is not installed` : `${name} cannot be loaded: ${firstLine(cause)}`;
    throw new ConvaeError('DEPENDENCY_MISSING', `${what}: ${advice}`, { cause });
  }
}
