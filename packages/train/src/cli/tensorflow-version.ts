import type { Tf } from '../setup/index.js';

/** The version of the TensorFlow that computes; words where none does. */
export function tensorflowVersion(tf: Tf): string {
  const { binding } = tf.backend() as unknown as { binding?: { TF_Version: string } };
  return binding?.TF_Version ?? 'none (JavaScript backend)';
}
