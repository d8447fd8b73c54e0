import { ConvaeError } from '@convae/runtime';
import type { Tf } from '@convae/train/kit';
import { principalAxes } from '@convae/train/kit';
import type { Rows } from './matrix.js';

/** Most numbers an image may have for principal component analysis: the eigenvectors take their cube in time. */
export const MAX_PCA_SIZE = 1600;

/** Principal components of the training images. */
export interface Pca {
  readonly mean: Float32Array;
  /** size × components, row-major: orthonormal columns, the strongest first. */
  readonly basis: Float32Array;
  readonly components: number;
}

/** Covariance of the numbers of an image, size × size. */
async function covariance(tf: Tf, rows: Rows): Promise<{ mean: Float32Array; matrix: Float32Array }> {
  const [mean, matrix] = tf.tidy(() => {
    const data = tf.tensor2d(rows.data, [rows.count, rows.size]);
    const centre = tf.mean(data, 0);
    const centred = tf.sub(data, centre) as ReturnType<Tf['tensor2d']>;
    return [centre, tf.div(tf.matMul(centred, centred, true), rows.count)];
  });
  const result = { mean: (await mean.data()) as Float32Array, matrix: (await matrix.data()) as Float32Array };
  tf.dispose([mean, matrix]);
  return result;
}

/**
 * Finds the strongest principal components of the training images.
 * @throws ConvaeError LIMIT_EXCEEDED where an image has more than {@link MAX_PCA_SIZE} numbers.
 */
export async function fitPca(tf: Tf, train: Rows, components: number): Promise<Pca> {
  const { size } = train;
  if (size > MAX_PCA_SIZE)
    throw new ConvaeError(
      'LIMIT_EXCEEDED',
      `expected at most ${MAX_PCA_SIZE} numbers an image, received ${size}`,
    );
  const { mean, matrix } = await covariance(tf, train);
  const kept = principalAxes(matrix, size).slice(0, components);
  const basis = new Float32Array(size * kept.length);
  for (const [column, { direction }] of kept.entries())
    for (let row = 0; row < size; row++) basis[row * kept.length + column] = direction[row]!;
  return { mean, basis, components: kept.length };
}

/** The coordinates of images in the components. */
export async function projectPca(tf: Tf, rows: Rows, { mean, basis, components }: Pca): Promise<Rows> {
  const projected = tf.tidy(() => {
    const centred = tf.sub(tf.tensor2d(rows.data, [rows.count, rows.size]), tf.tensor1d(mean));
    return tf.matMul(centred as ReturnType<Tf['tensor2d']>, tf.tensor2d(basis, [rows.size, components]));
  });
  const data = (await projected.data()) as Float32Array;
  projected.dispose();
  return { data, count: rows.count, size: components };
}

/** Mean squared error of what the components give back, one per image; of the mean image with 0 components. */
export async function pcaErrors(
  tf: Tf,
  rows: Rows,
  pca: Pca | { mean: Float32Array },
): Promise<Float64Array> {
  const errors = tf.tidy(() => {
    const centred = tf.sub(tf.tensor2d(rows.data, [rows.count, rows.size]), tf.tensor1d(pca.mean));
    if (!('basis' in pca)) return tf.mean(tf.square(centred), 1);
    const basis = tf.tensor2d(pca.basis, [rows.size, pca.components]);
    const kept = tf.matMul(centred as ReturnType<Tf['tensor2d']>, basis);
    return tf.mean(tf.square(tf.sub(centred, tf.matMul(kept, basis, false, true))), 1);
  });
  const result = Float64Array.from(await errors.data());
  errors.dispose();
  return result;
}
