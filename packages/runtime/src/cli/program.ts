import { createRequire } from 'node:module';
import { Command, CommanderError, Option } from 'commander';
import { MAX_CHUNK_IMAGES, PRIORS } from '../bitstream/index.js';
import { MAX_EFFORT } from '../codec/coding/coding-context.js';
import { ConvaeError, UsageError } from '../errors.js';
import { addCodecOptions, integerIn, positiveNumber } from './codec-options.js';
import type { Streams } from './output.js';
import { parseShard } from './shard.js';

const { version } = createRequire(import.meta.url)('@convae/runtime/package.json') as { version: string };

const EXAMPLES = `
Examples:
  convae info models/mnist-reference
  convae encode t10k-images-idx3-ubyte.gz -o digits.cae --bundle models/mnist-reference
  convae encode photos -o - --bundle my-bundle --quality 3 | ssh host 'cat > photos.cae'
  convae encode photo.png -o photo.cae --bundle my-bundle --bytes 20000
  convae decode digits.cae -o digits.idx --bundle models/mnist-reference
  convae decode photos.cae -o folder-of-png-files --bundle my-bundle
  convae extract digits.cae --index 7 -o seven.png --bundle models/mnist-reference
  convae verify digits.cae
  convae merge part-*.cae -o all.cae
  convae check my-bundle --provider cuda --strict
  convae pack my-bundle -o my-bundle.convae          one file, which every command and loadCodec take as a bundle
  convae reconstruct digits/*.png -o out --bundle models/mnist-reference
  convae denoise noisy.png -o clean.png --bundle my-denoiser
  convae score parts/*.png --bundle my-bundle        how unlike the training images each one is

Exit codes: 0 done, 2 a mistake in the command line, 130 Ctrl-C, 143 SIGTERM, 1 everything else.
CONVAE_DEBUG=1 (or --debug) shows the stack of an error.
`;

/**
 * Runs the `convae` command and gives its exit code: 0 done, 2 a mistake in the command line, 1 everything else.
 * @param args The arguments after the command's own name.
 */
export async function runCli(args: readonly string[], streams: Streams): Promise<number> {
  const program = createProgram(streams);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return report(error, args, streams);
  }
}

function createProgram(streams: Streams): Command {
  const program = new Command('convae')
    .description('Run trained convolutional autoencoders from bundles')
    .version(version)
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: streams.out,
      writeErr: streams.err,
      outputError: (text, write) =>
        write(
          `convae: ${text
            .trim()
            .replace(/^error: /, '')
            .replaceAll('\n', ' ')}\n`,
        ),
    });
  const commands = [
    addInfo,
    addCheck,
    addReconstruct,
    addDenoise,
    addScore,
    addEncode,
    addDecode,
    addExtract,
  ];
  for (const addCommand of [...commands, addMerge, addVerify, addPack]) addCommand(program, streams);
  return program;
}

const IMAGES = 'PNG, JPEG or WebP files, or folders of them';
const ALL_IMAGES =
  'PNG, JPEG or WebP files, folders of them, IDX files (raw or gzipped); - for standard input';
const CONTAINER = 'the container; - for standard input';
const BUNDLE = 'the bundle: its folder, or a .convae file';

/** Adds a command with its argument, and the option that all have. */
function add(program: Command, name: string, description: string, argument: string, what: string): Command {
  return program
    .command(name)
    .description(description)
    .argument(argument, what)
    .option('--json', 'print JSON');
}

/** Adds a command that loads a codec from `--bundle`. */
function addWithBundle(...args: Parameters<typeof add>): Command {
  return addCodecOptions(add(...args).requiredOption('--bundle <dir>', BUNDLE));
}

function addInfo(program: Command, streams: Streams): void {
  const description = 'show what is in a bundle (and what it runs on here) or in a container';
  const what = 'a bundle’s folder or .convae file, or a container (- for standard input)';
  addCodecOptions(add(program, 'info', description, '<path>', what)).action(async (path, options) =>
    (await import('./info.js')).runInfo(path, options, streams),
  );
}

function addCheck(program: Command, streams: Streams): void {
  const description = 'check a bundle’s hashes, load it and run it once';
  addCodecOptions(add(program, 'check', description, '<bundle>', BUNDLE)).action(async (bundle, options) =>
    (await import('./check.js')).runCheck(bundle, options, streams),
  );
}

function addReconstruct(program: Command, streams: Streams): void {
  const description = 'send image files through both networks and write PNG files';
  addWithBundle(program, 'reconstruct', description, '<in...>', IMAGES)
    .requiredOption('-o, --output <dir>', 'folder for the PNG files; made where it does not exist')
    .action(async (inputs, options) =>
      (await import('./reconstruct.js')).runReconstruct(inputs, options, streams),
    );
}

function addDenoise(program: Command, streams: Streams): void {
  const description =
    'remove the noise of an image, with a bundle that was trained to (convae-train --noise)';
  addWithBundle(program, 'denoise', description, '<in>', 'a PNG, JPEG or WebP file')
    .requiredOption('-o, --output <file>', 'the PNG file; - for standard output')
    .action(async (input, options) => (await import('./denoise.js')).runDenoise(input, options, streams));
}

function addScore(program: Command, streams: Streams): void {
  const description =
    'show how badly the networks give each image back: images unlike the training images score high';
  addWithBundle(program, 'score', description, '<in...>', ALL_IMAGES).action(async (inputs, options) =>
    (await import('./score.js')).runScore(inputs, options, streams),
  );
}

function addEncode(program: Command, streams: Streams): void {
  const priors = 'factorized (fast) or context (fewer bytes); the bundle’s own choice where left out';
  addWithBundle(program, 'encode', 'encode images into a container', '<in...>', ALL_IMAGES)
    .requiredOption('-o, --output <file>', 'the container, by custom .cae; - for standard output')
    .option('--quality <q>', '0 (fewest bytes) to the bundle’s highest; convae info shows them', integerIn(0))
    .addOption(
      new Option('--bytes <n>', 'the highest quality with at most n bytes an image, on average')
        .argParser(integerIn(1))
        .conflicts(['quality', 'psnr']),
    )
    .addOption(
      new Option('--psnr <db>', 'the lowest quality that reaches this PSNR on all images together')
        .argParser(positiveNumber)
        .conflicts('quality'),
    )
    .addOption(new Option('--prior <name>', priors).choices(PRIORS))
    .option(
      '--effort <n>',
      `0 (fast) to ${MAX_EFFORT} (slow): search longer for symbols that take fewer bytes for the same PSNR (0)`,
      integerIn(0, MAX_EFFORT),
    )
    .option(
      '--chunk <n>',
      'most images in a chunk: reading one image reads a chunk, and damage costs one (1024)',
      integerIn(1, MAX_CHUNK_IMAGES),
    )
    .option(
      '--shard <i/n>',
      'encode the i-th of n parts into FILE-i-of-n; skips one that is there',
      parseShard,
    )
    .action(async (inputs, options) => (await import('./encode.js')).runEncode(inputs, options, streams));
}

function addDecode(program: Command, streams: Streams): void {
  addWithBundle(program, 'decode', 'decode a container into PNG files or one IDX file', '<file>', CONTAINER)
    .requiredOption(
      '-o, --output <path>',
      'a folder for PNG files, or a file that ends in .idx or .idx.gz; - for IDX on standard output',
    )
    .option(
      '--salvage',
      'decode the whole chunks of a damaged or truncated container; lost images are black in an IDX file, ' +
        'at most as many as the container’s bytes can hold',
    )
    .action(async (input, options) => (await import('./decode.js')).runDecode(input, options, streams));
}

function addExtract(program: Command, streams: Streams): void {
  addWithBundle(program, 'extract', 'decode one image of a container', '<file>', CONTAINER)
    .requiredOption('--index <i>', 'number of the image, from 0', integerIn(0))
    .requiredOption('-o, --output <file>', 'the PNG file; - for standard output')
    .option('--salvage', 'from a damaged or truncated container')
    .action(async (input, options) => (await import('./decode.js')).runExtract(input, options, streams));
}

function addMerge(program: Command, streams: Streams): void {
  const description =
    'join containers of one bundle, e.g. those of encode --shard, to the bytes of a single encode';
  add(program, 'merge', description, '<part...>', 'containers, in the order of their images')
    .requiredOption('-o, --output <file>', 'the container, by custom .cae; - for standard output')
    .action(async (inputs, options) => (await import('./merge.js')).runMerge(inputs, options, streams));
}

function addVerify(program: Command, streams: Streams): void {
  const description = 'check all checksums of a container; with a bundle, decode its symbols too';
  add(program, 'verify', description, '<file>', CONTAINER)
    .option('--bundle <dir>', BUNDLE)
    .action(async (input, options) => (await import('./verify.js')).runVerify(input, options, streams));
}

function addPack(program: Command, streams: Streams): void {
  add(program, 'pack', 'put a bundle into one file', '<bundle>', BUNDLE)
    .requiredOption('-o, --output <file>', 'the file, which ends in .convae; - for standard output')
    .option('--decoder-only', 'leave the encoder out: what loads the file can decode, not encode')
    .action(async (bundle, options) => (await import('./pack.js')).runPack(bundle, options, streams));
}

/** One line on stderr, and the stack of what is a defect; commander has printed its own already. */
function report(error: unknown, args: readonly string[], streams: Streams): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const expected = error instanceof ConvaeError || error instanceof UsageError;
  streams.err(`convae: ${expected ? '' : 'internal error: '}${message.replace(/\s*\n\s*/g, ' ')}\n`);
  const debug = args.includes('--debug') || process.env.CONVAE_DEBUG === '1';
  if (debug || !expected) streams.err(`${stack}\n`);
  return error instanceof UsageError ? 2 : 1;
}
