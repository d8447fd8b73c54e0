import type { Evaluation } from '../evaluation/index.js';

/**
 * Where further evaluations come from: a package beside this one with `evaluations` among its exports. Its name is a
 * value, so that nothing here depends on it.
 */
const LAB: string = '@convae/lab';

/** The evaluations of the lab where it is installed, and none elsewhere. */
export async function installedEvaluations(): Promise<readonly Evaluation[]> {
  try {
    return ((await import(LAB)) as { evaluations: readonly Evaluation[] }).evaluations;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${LAB}'`)) return [];
    throw error;
  }
}
