import { describe, expect, it } from 'vitest';
import { batchSizeOf, launchEnvironment } from './launch-environment.js';

describe('batch size on the command line', () => {
  it.each([
    [[], 20],
    [['run', '--epochs', '5'], 20],
    [['run', '--batch', '128'], 128],
    [['run', '--batch=200'], 200],
    [['train', '-b', '64'], 64],
    [['train', '-b64'], 64],
    [['train', '-b=65'], 65],
    [['train', '--batch', '8', '--batch', '256'], 256],
    [['train', '--batch'], 20],
    [['train', '--batch', 'many'], 20],
    [['train', '--batch=-5'], 20],
    [['train', '--batch', '0'], 20],
    [['train', '--batch', '2.5'], 20],
    [['train', '--', '--batch', '128'], 20],
    [['train', '--batches', '128'], 20],
  ])('%j is %i', (argv, expected) => {
    expect(batchSizeOf(argv)).toBe(expected);
  });
});

describe('launch environment', () => {
  it('gives small batches one TensorFlow thread', () => {
    const environment = launchEnvironment({ argv: ['--batch', '64'], env: {}, cores: 8 });
    expect(environment).toMatchObject({ TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' });
  });

  it('gives large batches one thread per core', () => {
    const environment = launchEnvironment({ argv: ['--batch', '65'], env: {}, cores: 8 });
    expect(environment).toMatchObject({ TF_NUM_INTRAOP_THREADS: '8', TF_NUM_INTEROP_THREADS: '8' });
  });

  it.each([
    [['run', '--recipe', 'rate-low'], '8'],
    [['run', '--recipe=rate-low', '--batch', '20'], '8'],
    [['run', '--lambda', '20'], '8'],
    [['run', '--lambda=20', '-b', '20'], '8'],
    [['run', '--recipes', 'all', '--preset=reference'], '1'],
    [['run', '--psnr', '30'], '8'],
    [['train', '--preset', 'patch-4', '--bytes=60'], '8'],
    [['run', '--out', 'runs/recipe'], '8'],
    [['run', '--preset', 'reference', '--out', 'runs/recipe'], '1'],
    [['train', '--architecture=mine.json'], '1'],
    [['evaluate', 'runs/recipe'], '1'],
  ])('gives training for rate one per core at any batch: %j gets %s', (argv, threads) => {
    const environment = launchEnvironment({ argv, env: {}, cores: 8 });
    expect(environment).toMatchObject({ TF_NUM_INTRAOP_THREADS: threads, TF_NUM_INTEROP_THREADS: threads });
  });

  it.each([
    [{ batch: 100, rate: true }, [], '8'],
    [{ batch: 20, rate: true }, [], '8'],
    [{ batch: 20, rate: true }, ['--batch', '20'], '8'],
    [{ batch: 20, rate: false }, [], '1'],
    [{ batch: 128, rate: false }, [], '8'],
    [{ batch: 128, rate: false }, ['--batch', '20'], '1'],
    [{ rate: false }, [], '1'],
    [undefined, [], '1'],
  ])('goes by what a resumed run recorded: %j with %j gets %s', (resumed, flags, threads) => {
    const argv = ['run', '--resume', ...flags];
    const environment = launchEnvironment({ argv, env: {}, cores: 8, resumed });
    expect(environment).toMatchObject({ TF_NUM_INTRAOP_THREADS: threads, TF_NUM_INTEROP_THREADS: threads });
  });

  it('says whether TensorFlow uses its oneDNN kernels, which it would choose by the processor', () => {
    const environment = launchEnvironment({ argv: [], env: {}, cores: 2 });
    expect(environment.TF_ENABLE_ONEDNN_OPTS).toMatch(/^[01]$/);
    const resumed = { rate: false, computing: { TF_ENABLE_ONEDNN_OPTS: 'recorded' } };
    expect(launchEnvironment({ argv: [], env: {}, cores: 2, resumed })).toMatchObject(resumed.computing);
    const env = { TF_ENABLE_ONEDNN_OPTS: "the user's" };
    expect(launchEnvironment({ argv: [], env, cores: 2, resumed })).not.toHaveProperty(
      'TF_ENABLE_ONEDNN_OPTS',
    );
  });

  it('raises both allocator thresholds, the mmap one no higher than glibc accepts', () => {
    const environment = launchEnvironment({ argv: [], env: {}, cores: 2 });
    const mmapThreshold = Number(environment.MALLOC_MMAP_THRESHOLD_);
    expect(mmapThreshold).toBeGreaterThan(20 * 28 * 28 * 16 * 4);
    expect(mmapThreshold).toBeLessThanOrEqual(32 * 1024 * 1024);
    expect(Number(environment.MALLOC_TRIM_THRESHOLD_)).toBeGreaterThan(mmapThreshold);
  });

  it('leaves alone what the user has set, even to the empty string', () => {
    const env = { TF_NUM_INTRAOP_THREADS: '4', MALLOC_TRIM_THRESHOLD_: '' };
    const environment = launchEnvironment({ argv: [], env, cores: 2 });
    expect(Object.keys(environment).sort()).toEqual([
      'MALLOC_MMAP_THRESHOLD_',
      'TF_CPP_MIN_LOG_LEVEL',
      'TF_ENABLE_ONEDNN_OPTS',
      'TF_NUM_INTEROP_THREADS',
    ]);
  });
});
