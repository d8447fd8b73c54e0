/** Batch size of the reference recipe: what the command line means when it names none. */
const DEFAULT_BATCH = 20;

/** Largest batch for which one TensorFlow thread was measured faster than one per core. */
const MAX_SINGLE_THREAD_BATCH = 64;

/**
 * 32 MiB, the largest value that every glibc accepts on 64-bit systems (HEAP_MAX_SIZE / 2).
 * Elementwise kernels on 20×28×28×16 floats allocate a little more than 1 MiB each; below the default
 * threshold of 128 KiB glibc maps and unmaps them every time.
 */
const MALLOC_MMAP_THRESHOLD = 32 * 1024 * 1024;

/** 512 MiB: freed memory stays with the process instead of going back to the kernel after every step. */
const MALLOC_TRIM_THRESHOLD = 512 * 1024 * 1024;

/** What decides the settings of the process that goes on with a run. */
export interface ResumedRun {
  /** Images per step. */
  readonly batch?: number;
  /** Whether it is trained for rate and distortion. */
  readonly rate: boolean;
  /** How TensorFlow computed; runs of earlier versions did not record it. */
  readonly computing?: ComputeSettings;
}

/** What {@link launchEnvironment} looks at. */
export interface LaunchOptions {
  /** Arguments of the command line, without node and script. */
  argv: readonly string[];
  /** The caller's environment; what is set there wins. */
  env: Readonly<Record<string, string | undefined>>;
  /** Number of usable processor cores, at least 1. */
  cores: number;
  /** What the run that the command line goes on with recorded: it holds where the command line is silent. */
  resumed?: ResumedRun | undefined;
}

/**
 * The batch size that a command line asks for with `--batch N`, `--batch=N`, `-b N`, `-b=N` or `-bN`.
 * The last one counts, as in the command line parser; anything that is no positive integer is left for the
 * parser to refuse and counts as the default of 20.
 *
 * @param silent what a command line without one means
 */
export function batchSizeOf(argv: readonly string[], silent = DEFAULT_BATCH): number {
  let batch = silent;
  for (const [index, argument] of argv.entries()) {
    if (argument === '--') break;
    const text = batchText(argument, argv[index + 1]);
    if (text !== undefined) batch = positiveInteger(text) ?? DEFAULT_BATCH;
  }
  return batch;
}

function batchText(argument: string, next: string | undefined): string | undefined {
  if (argument === '--batch' || argument === '-b') return next ?? '';
  return /^(?:--batch=|-b=?)(\d.*)$/.exec(argument)?.[1];
}

function positiveInteger(text: string): number | undefined {
  const value = Number(text);
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/**
 * TensorFlow turns its oneDNN kernels on by itself where the processor has AVX-512 VNNI, and off elsewhere: other sums,
 * other speed. On such a processor they are faster (`npm run bench -- onednn`: 1.06 times the images a second for the
 * reference recipe, 1.07 to 1.33 times for the recipes for rate). But restricted to AVX2 they compute wrong gradients of
 * convolutions of 1×1 that step, or crash: `ops.slow.test.ts` with them and ONEDNN_MAX_CPU_ISA=AVX2, or on an AMD processor with
 * AVX-VNNI. So they are off.
 */
export const ONEDNN = '0';

/** The settings that decide how TensorFlow computes: order of sums and speed. */
const COMPUTING = ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS', 'TF_ENABLE_ONEDNN_OPTS'] as const;

/** Those of the settings above that are set, by name. */
export type ComputeSettings = Readonly<Partial<Record<(typeof COMPUTING)[number], string>>>;

/** How TensorFlow computes in this process, for the record of a run. */
export function computeSettings(env: LaunchOptions['env'] = process.env): ComputeSettings {
  return Object.fromEntries(
    COMPUTING.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
}

/**
 * Whether the command line trains for rate: networks for it are larger at any batch. It does where it asks for that, and
 * where it names no network.
 */
function trainsRate(argv: readonly string[]): boolean {
  const names = (pattern: RegExp): boolean => argv.some((argument) => pattern.test(argument));
  if (names(/^--(recipe|lambda|psnr|bytes)(=|$)/)) return true;
  return (argv[0] === 'run' || argv[0] === 'train') && !names(/^--(preset|architecture|resume)(=|$)/);
}

/**
 * The allocator, thread and kernel settings that the training process must be started with, as environment
 * variables: only those which the caller's environment leaves open. A resumed run keeps what it recorded.
 *
 * glibc reads MALLOC_* before `main`, so they cannot be set from inside the process; TensorFlow reads TF_* when its library is
 * loaded. Measured on 2 cores: 1.3–1.4× faster steps from the allocator settings, and at
 * batch 20 another third from one thread instead of two.
 */
export function launchEnvironment(options: LaunchOptions): Record<string, string> {
  const { argv, resumed } = options;
  const rate = trainsRate(argv) || resumed?.rate === true;
  const small = batchSizeOf(argv, resumed?.batch) <= MAX_SINGLE_THREAD_BATCH && !rate;
  const threads = small ? 1 : options.cores;
  const settings: Record<string, string> = {
    MALLOC_MMAP_THRESHOLD_: String(MALLOC_MMAP_THRESHOLD),
    MALLOC_TRIM_THRESHOLD_: String(MALLOC_TRIM_THRESHOLD),
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: String(threads),
    TF_ENABLE_ONEDNN_OPTS: ONEDNN,
    TF_CPP_MIN_LOG_LEVEL: '2',
    ...computeSettings(resumed?.computing ?? {}),
  };
  return Object.fromEntries(Object.entries(settings).filter(([name]) => options.env[name] === undefined));
}
