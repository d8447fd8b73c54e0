import { CONVAE_ERROR_CODES, ConvaeError, type ConvaeErrorCode } from '../errors.js';

/** An error as it crosses to another thread; structured cloning alone would lose its class and code. */
export interface ErrorMessage {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly code?: string | undefined;
  readonly cause?: unknown;
}

/** Marks what stands for an error inside `cause`. */
const CAUSE_MARK = 'convaeError';

/** Levels of causes that are kept. */
const MAX_CAUSES = 4;

/** What can be sent of anything that was thrown. */
export function packError(thrown: unknown, depth = 0): ErrorMessage {
  if (!(thrown instanceof Error)) return { name: 'Error', message: String(thrown) };
  const { name, message, stack } = thrown;
  const code = thrown instanceof ConvaeError ? thrown.code : undefined;
  return { name, message, stack, code, cause: packCause(thrown.cause, depth) };
}

function packCause(cause: unknown, depth: number): unknown {
  if (cause instanceof Error) {
    return depth < MAX_CAUSES ? { [CAUSE_MARK]: packError(cause, depth + 1) } : String(cause);
  }
  return typeof cause === 'object' || typeof cause === 'function' || typeof cause === 'symbol'
    ? String(cause)
    : cause;
}

/** The error that was sent, of the class and with the code that it had. */
export function unpackError(sent: ErrorMessage): Error {
  const inner = (sent.cause as Record<string, ErrorMessage> | undefined)?.[CAUSE_MARK];
  const error = create(sent, { cause: inner === undefined ? sent.cause : unpackError(inner) });
  if (sent.stack !== undefined) error.stack = sent.stack;
  return error;
}

function create({ name, message, code }: ErrorMessage, options: { cause: unknown }): Error {
  const known = CONVAE_ERROR_CODES.find((each) => each === code) as ConvaeErrorCode | undefined;
  if (known !== undefined) return new ConvaeError(known, message, options);
  if (name === 'TypeError') return new TypeError(message, options);
  if (name === 'RangeError') return new RangeError(message, options);
  const error = new Error(message, options);
  error.name = name;
  return error;
}
