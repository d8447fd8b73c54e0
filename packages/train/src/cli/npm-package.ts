import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import {
  type BundleFiles,
  loadBundle,
  type Manifest,
  openPack,
  PACK_EXTENSION,
  packBundle,
} from '@convae/runtime/core';
import { InvalidArgumentError } from 'commander';
import { writeBundleFolder } from '../bundle/index.js';
import { sha256 } from '../files/sha256.js';
import { jsonText } from '../files/write-files.js';

/** What a package loads its codec with. */
const RUNTIME_ENTRY = '@convae/runtime/builtin';

interface RuntimePackage {
  readonly version: string;
  readonly engines: { readonly node: string };
}

const runtime = createRequire(import.meta.url)('@convae/runtime/package.json') as RuntimePackage;

/** The name of a package and its version. */
export interface NpmName {
  readonly name: string;
  readonly version: string;
}

const NAME = /^(?:@[a-z0-9][a-z0-9._-]*\/)?([a-z0-9][a-z0-9._-]*)$/;
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;
const MAX_NAME_CHARACTERS = 100;

/** Reads `NAME` or `NAME@VERSION` of the command line; version 1.0.0 where it has none. */
export function packageName(text: string): NpmName {
  const [, name = '', version = '1.0.0'] = /^(@?[^@]*)(?:@(.*))?$/s.exec(text) ?? [];
  if (NAME.test(name) && name.length <= MAX_NAME_CHARACTERS && VERSION.test(version))
    return { name, version };
  throw new InvalidArgumentError('expected a name that npm takes, such as @me/digits or digits@1.2.0.');
}

/** What a package is made of. */
export interface NpmPackageOptions {
  /** The folder to write; an older package there is replaced. */
  readonly output: string;
  readonly npm: NpmName;
  /** SPDX. */
  readonly license: string;
  readonly decoderOnly: boolean;
  readonly bundle: BundleFiles;
  /** The model card, Markdown. */
  readonly card: string;
  /** What the card shows, by file name. */
  readonly pictures: Readonly<Record<string, Uint8Array>>;
}

/**
 * Writes a folder that `npm publish` takes: `import codec from NAME` gives a codec, ready, in Node, bundlers and workers.
 * @throws ConvaeError as `loadBundle`; WRITE_FAILED, also where the folder holds something else.
 */
export async function writeNpmPackage(options: NpmPackageOptions): Promise<void> {
  const { output, npm, decoderOnly, pictures } = options;
  const pack = await packBundle(options.bundle, { decoderOnly });
  const packFile = `${NAME.exec(npm.name)![1]}${PACK_EXTENSION}`;
  const { manifest } = await loadBundle(openPack(pack, packFile));
  const texts = {
    'package.json': jsonText(packageJson(options, manifest, packFile)),
    'index.js': indexJs(packFile, sha256(pack)),
    'index.d.ts': indexTypes(manifest, decoderOnly),
    'README.md': readme(options),
  };
  const encoded = Object.entries(texts).map(
    ([name, text]) => [name, new TextEncoder().encode(text)] as const,
  );
  const files = { ...Object.fromEntries(encoded), [packFile]: pack, ...pictures };
  const isOne = (names: readonly string[]): boolean => names.every((name) => name in files);
  await writeBundleFolder(resolve(output), files, { isOne, mark: 'older package of this name alone' });
}

function packageJson(
  { npm, license, decoderOnly, pictures }: NpmPackageOptions,
  manifest: Manifest,
  packFile: string,
): object {
  return {
    ...npm,
    description: `${decoderOnly ? 'Decodes' : 'Encodes and decodes'} images with the autoencoder ${manifest.name}`,
    license,
    keywords: ['convae', 'image-codec', 'image-compression', 'autoencoder'],
    type: 'module',
    engines: runtime.engines,
    exports: {
      '.': { types: './index.d.ts', default: './index.js' },
      [`./${packFile}`]: `./${packFile}`,
      './package.json': './package.json',
    },
    files: ['index.js', 'index.d.ts', packFile, ...Object.keys(pictures).sort()],
    sideEffects: false,
    dependencies: { '@convae/runtime': runtime.version },
  };
}

/** The SHA-256 in the address lets browsers keep the file. */
const indexJs = (packFile: string, hash: string): string => `import { loadCodec } from '${RUNTIME_ENTRY}';

const pack = new URL('./${packFile}', import.meta.url);
pack.hash = 'sha256=${hash}';

export default await loadCodec(pack);
`;

const indexTypes = (
  { name, image }: Manifest,
  decoderOnly: boolean,
): string => `import type { Codec } from '${RUNTIME_ENTRY}';

/**
 * The codec ${name}, ready: images of ${image.height}×${image.width}×${image.channels}${image.anySize ? ' or any other size' : ''}.${decoderOnly ? ' It has no encoder.' : ''}
 */
declare const codec: Codec;
export default codec;
`;

function readme({ npm: { name }, card, decoderOnly }: NpmPackageOptions): string {
  const encoding = decoderOnly
    ? ''
    : 'const bytes = await codec.encode(image); // { data, count: 1, height, width, channels }\n';
  return `# ${name}

\`\`\`sh
npm i ${name}
\`\`\`

\`\`\`js
import codec from '${name}';

${encoding}const { data, height, width } = await codec.decode(bytes);
\`\`\`

The codec is that of \`@convae/runtime/builtin\`, which needs nothing else, loaded from the file beside the script. Vite's development server needs
\`optimizeDeps: { exclude: ['${name}'] }\`, and workers need \`worker: { format: 'es' }\`.

## Model card

${card.replace(/^# .*\n+/, '').replaceAll(/^## /gm, '### ')}`;
}
