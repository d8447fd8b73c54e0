/** The modules of a package: a folder or a file directly below `src`, and those of them that each may import. */
export type ModuleTable = Readonly<Record<string, readonly string[]>>;

/** What everything may import; these import nothing but errors. */
const ROOT = ['errors', 'checks', 'bytes', 'median', 'on-demand'];
const FORMATS = [
  ...ROOT,
  'image',
  'join-batches',
  'transparency',
  'entropy',
  'bitstream',
  'context',
  'pixels',
];
const BUNDLE = [...FORMATS, 'bundle'];
const SHARED = [...BUNDLE, 'provider', 'codec', 'idx'];

/** @convae/runtime: everything but `node`, `web` and `cli` runs in browsers. */
export const RUNTIME_MODULES: ModuleTable = {
  errors: [],
  checks: ['errors'],
  bytes: ['errors'],
  median: [],
  'on-demand': [],
  image: ['errors', 'checks'],
  'join-batches': ['errors', 'checks', 'image'],
  transparency: ['image'],
  // Also holds the quantizer, which makes symbols of latents.
  entropy: [...ROOT, 'image'],
  bitstream: ROOT,
  // The context prior codes under probabilities of its own, with the coder of `entropy`.
  context: [...ROOT, 'image', 'entropy', 'bitstream'],
  // The pixel context model is computed with the parts of the context prior.
  pixels: [...ROOT, 'image', 'entropy', 'bitstream', 'context'],
  bundle: FORMATS,
  provider: BUNDLE,
  codec: [...BUNDLE, 'provider'],
  // What crosses between threads: arrays are moved, errors keep their class and code.
  messages: ['errors'],
  // The byte queue of bitstream serves every stream of bytes.
  idx: BUNDLE,
  // What it needs of a codec is its interface: the types of `codec`.
  placeholder: [...BUNDLE, 'codec'],
  index: SHARED,
  // Files from web addresses, in browsers and on Node.
  fetch: [...BUNDLE, 'provider', 'codec'],
  node: [...SHARED, 'index', 'fetch', 'messages'],
  // Its entry for Node reads files as Node's own does.
  builtin: [...SHARED, 'fetch', 'node'],
  web: [...SHARED, 'index', 'fetch'],
  worker: [...SHARED, 'index', 'fetch', 'web', 'messages'],
  cli: [...SHARED, 'index', 'node'],
};

const FLOW = ['dataset', 'model', 'training', 'onnx', 'bundle', 'evaluation'];

/** Reading and writing files, averages and decibels, TensorFlow. */
const SERVING = ['files', 'figures', 'setup'];

/** The modules before one in the flow, which it may import. */
const upTo = (name: string): string[] => [...SERVING, ...FLOW.slice(0, FLOW.indexOf(name))];

/** @convae/train: data flows one way, and three modules serve all. */
export const TRAIN_MODULES: ModuleTable = {
  files: [],
  figures: [],
  setup: ['files'],
  dataset: upTo('dataset'),
  model: upTo('model'),
  training: upTo('training'),
  // The converter knows nothing of codecs.
  onnx: SERVING,
  bundle: upTo('bundle'),
  evaluation: upTo('evaluation'),
  index: [...SERVING, ...FLOW],
  cli: [...SERVING, ...FLOW, 'index'],
  kit: [...SERVING, ...FLOW, 'cli'],
};

/** @convae/lab: an evaluation knows nothing of the others; all build on `evaluation`, and `evaluations` names them. */
export const LAB_MODULES: ModuleTable = {
  evaluation: [],
  artifacts: ['evaluation'],
  comparison: ['evaluation'],
  denoising: ['evaluation'],
  features: ['evaluation'],
  sweep: ['evaluation'],
  evaluations: ['artifacts', 'comparison', 'denoising', 'features', 'sweep'],
  index: ['evaluations'],
};

/** @convae/web-demo: what the page does knows nothing of how it looks. */
export const WEB_DEMO_MODULES: ModuleTable = {
  'virtual-modules.d': ['codec'],
  base: [],
  picture: [],
  offline: [],
  codec: ['base', 'picture'],
  app: ['base', 'picture', 'codec'],
  view: ['base', 'picture', 'codec', 'app'],
  main: ['app', 'offline', 'view', 'styles'],
};

/** A rule about what files may import from outside their package. */
export interface PackageRule {
  /** The files it holds for: those whose path matches, except where `except` matches. */
  files: RegExp;
  except?: RegExp;
  /** What they must not import. */
  forbidden: RegExp;
  /** Whether `import type` is forbidden too. */
  typesToo: boolean;
  reason: string;
}

/** Tests and what serves tests alone. */
export const TEST_CODE = /\.test\.ts$|\.test\.(fixture|support)\.ts$|\/src\/testing\//;

export const PACKAGE_RULES: readonly PackageRule[] = [
  {
    files: /^packages\//,
    except: /^packages\/lab\//,
    forbidden: /^@convae\/lab(\/|$)/,
    typesToo: true,
    reason: 'nothing imports the lab: the command line finds it where it is installed',
  },
  {
    files: /^packages\/lab\//,
    forbidden: /^@convae\/train$/,
    typesToo: true,
    reason: 'the lab takes from @convae/train what its kit offers',
  },
  {
    files: /^packages\/(runtime|web-demo)\//,
    forbidden: /^@convae\/train(\/|$)/,
    typesToo: true,
    reason: 'imports run train → runtime, never back',
  },
  {
    files: /^packages\/(runtime|web-demo)\//,
    forbidden: /^@tensorflow\//,
    typesToo: true,
    reason: 'the runtime is without tfjs',
  },
  {
    files: /^packages\/runtime\//,
    except: /^packages\/runtime\/src\/(node|cli)\/|\.test\.ts$|\/src\/testing\//,
    forbidden: /^node:/,
    typesToo: true,
    reason: 'the shared code of the runtime is browser-safe',
  },
  {
    files: /^packages\/runtime\//,
    except: /^packages\/runtime\/src\/(node|cli)\/|\.test\.ts$/,
    forbidden: /^(sharp|commander|cli-progress)$/,
    typesToo: true,
    reason: 'the shared code of the runtime is browser-safe',
  },
  {
    files: /^packages\/runtime\//,
    except: /^packages\/runtime\/src\/node\/|\.test\.ts$/,
    forbidden: /^onnxruntime-node(\/|$)/,
    typesToo: true,
    reason: 'only runtime/src/node imports onnxruntime-node',
  },
  {
    files: /^packages\//,
    except: /^packages\/(runtime\/src\/web|web-demo)\//,
    forbidden: /^onnxruntime-web(\/|$)/,
    typesToo: true,
    reason: 'only runtime/src/web and the demo import onnxruntime-web',
  },
  {
    files: /^packages\/(train|lab)\//,
    except: /^packages\/train\/src\/setup\//,
    forbidden: /^@tensorflow\//,
    typesToo: false,
    reason: 'tfjs itself comes from setup/backend.ts; others import its types',
  },
];
