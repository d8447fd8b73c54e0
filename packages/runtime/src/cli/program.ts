import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { runCheck } from './check.js';
import { addCodecOptions } from './codec-options.js';
import { UsageError } from './errors.js';
import { runInfo } from './info.js';
import type { Streams } from './output.js';
import { runReconstruct } from './reconstruct.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

const EXAMPLES = `
Examples:
  convae info models/mnist-seed
  convae check my-bundle --provider cuda --strict
  convae reconstruct digits/*.png -o out --bundle models/mnist-seed

Exit codes: 0 done, 2 a mistake in the command line, 1 everything else.
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
  addInfo(program, streams);
  addCheck(program, streams);
  addReconstruct(program, streams);
  return program;
}

function addInfo(program: Command, streams: Streams): void {
  addCodecOptions(
    program.command('info').description('show what is in a bundle, its sizes and what it runs on here'),
  )
    .argument('<bundle>', 'the bundle’s folder')
    .option('--json', 'print JSON')
    .action((bundle, options) => runInfo(bundle, options, streams));
}

function addCheck(program: Command, streams: Streams): void {
  addCodecOptions(program.command('check').description('check a bundle’s hashes, load it and run it once'))
    .argument('<bundle>', 'the bundle’s folder')
    .option('--json', 'print JSON')
    .action((bundle, options) => runCheck(bundle, options, streams));
}

function addReconstruct(program: Command, streams: Streams): void {
  addCodecOptions(
    program.command('reconstruct').description('send image files through both networks and write PNG files'),
  )
    .argument('<in...>', 'PNG, JPEG or WebP files, or folders of them')
    .requiredOption('-o, --output <dir>', 'folder for the PNG files; made where it does not exist')
    .requiredOption('--bundle <dir>', 'the bundle’s folder')
    .option('--json', 'print JSON')
    .action((inputs, options) => runReconstruct(inputs, options, streams));
}

/** One line on stderr; commander has printed its own already. */
function report(error: unknown, args: readonly string[], streams: Streams): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  streams.err(`convae: ${message.replace(/\s*\n\s*/g, ' ')}\n`);
  if (args.includes('--debug') || process.env.CONVAE_DEBUG === '1') streams.err(`${stack}\n`);
  return error instanceof UsageError ? 2 : 1;
}
