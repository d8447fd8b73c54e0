import { ConvaeError } from '@convae/runtime/core';
import { Command, CommanderError } from 'commander';
import { addCommands } from './commands.js';
import { version } from './created-by.js';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

const EXAMPLES = `
Examples:
  convae-train run --epochs 5 --out runs/mnist             MNIST, the reference network
  convae-train run --data idx:fashion --out runs/fashion   IDX files, raw or gzipped
  convae-train run --data images:photos --fit crop --size 32x32 --out runs/photos
  convae-train run --out runs/mnist --resume --epochs 30   go on with a run
  convae-train convert model.json -o model.onnx            any tfjs Layers model
`;

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  return error instanceof TypeError || error instanceof RangeError ? EXIT_USAGE : EXIT_FAILURE;
}

function report(error: unknown, debug: boolean): void {
  // Commander has printed its own message already.
  if (error instanceof CommanderError) return;
  const message = error instanceof Error ? error.message : String(error);
  const expected = error instanceof ConvaeError || error instanceof RangeError;
  console.error(`convae-train: ${message}`);
  if (debug || !expected) console.error(error instanceof Error ? error.stack : error);
}

async function main(): Promise<void> {
  const program = new Command('convae-train')
    .description('Fit a convolutional autoencoder and export it as two ONNX graphs')
    .version(version)
    .option('--debug', 'show stack traces', process.env.CONVAE_DEBUG === '1')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(add --help for the options)')
    .exitOverride();
  addCommands(program);
  for (const command of program.commands)
    command.exitOverride().showHelpAfterError('(add --help for the options)');
  try {
    await program.parseAsync();
  } catch (error) {
    report(error, program.opts<{ debug: boolean }>().debug);
    process.exitCode = exitCodeOf(error);
  }
}

await main();
