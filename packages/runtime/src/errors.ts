/**
 * The stable codes of {@link ConvaeError}. Programs may branch on them; messages may change, codes do not.
 */
export const CONVAE_ERROR_CODES = [
  /** A file or folder that was named does not exist or cannot be read. */
  'NOT_FOUND',
  /** A file cannot be written. */
  'WRITE_FAILED',
  /** manifest.json is missing a field, or a field is of the wrong kind. */
  'MANIFEST_INVALID',
  /** A bundle, bitstream or checkpoint of a format version that this release does not read. */
  'VERSION_UNSUPPORTED',
  /** The bytes are not those that the manifest or header announced. */
  'HASH_MISMATCH',
  /** An ONNX graph cannot be loaded, or its inputs and outputs are not those of the manifest. */
  'GRAPH_INVALID',
  /** No requested execution provider can run here. */
  'PROVIDER_UNAVAILABLE',
  /** A package that the runtime needs is not installed. */
  'DEPENDENCY_MISSING',
  /** A tensor holds NaN or infinity. */
  'NON_FINITE',
  /** ONNX Runtime failed while running a graph. */
  'RUN_FAILED',
  /** The codec was used after dispose(). */
  'DISPOSED',
  /** Bytes from outside break a rule of their format: bad magic, wrong lengths, contradictory fields. */
  'DATA_INVALID',
  /** Bytes from outside end before their format says they do. */
  'DATA_TRUNCATED',
  /** A checksum does not match: the bytes were damaged. */
  'CHECKSUM_MISMATCH',
  /** A size exceeds a named MAX_* limit. */
  'LIMIT_EXCEEDED',
  /** Images, latents or symbols do not have the shape that the network takes. */
  'SHAPE_MISMATCH',
  /** A layer, model or option that the exporter cannot express. */
  'UNSUPPORTED',
  /** No quality of the bundle has as few bytes, or as high a PSNR, as asked for. */
  'TARGET_UNREACHABLE',
  /** tfjs and ONNX Runtime disagree by more than the tolerance. */
  'PARITY_FAILED',
  /** The loss of a training run turned NaN or infinite. */
  'TRAINING_DIVERGED',
  /** No TensorFlow.js backend could be made loadable. */
  'BACKEND_UNAVAILABLE',
  /** Stopped by an AbortSignal or by the user. */
  'ABORTED',
] as const;

/** One of {@link CONVAE_ERROR_CODES}. */
export type ConvaeErrorCode = (typeof CONVAE_ERROR_CODES)[number];

/**
 * Every failure that is not a mistake in the caller's arguments (those are TypeError and RangeError).
 * `code` is stable; `cause` holds the underlying error where there is one.
 */
export class ConvaeError extends Error {
  override readonly name = 'ConvaeError';
  readonly code: ConvaeErrorCode;

  constructor(code: ConvaeErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/**
 * A RangeError about an argument or option that somebody chose: by it a command tells a mistake in its command line
 * (exit code 2) from a RangeError out of the depths, which is a defect.
 */
export class UsageError extends RangeError {}
