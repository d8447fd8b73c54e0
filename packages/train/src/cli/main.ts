import { Command } from 'commander';
import { version } from '../files/version.js';
import { addCommands } from './commands.js';
import { installedEvaluations } from './evaluations.js';
import { exitCodeOf, failureText } from './failure.js';

const EXAMPLES = `
Examples:
  convae-train run --data images:icons --psnr 30 --out runs/icons   network and lambda are chosen
  convae-train run --data idx:fashion --bytes 60 --out runs/fashion   IDX files, raw or gzipped
  convae-train run --preset reference --epochs 5 --out runs/mnist     MNIST, the reference network
  convae-train run --out runs/mnist --resume --epochs 30   go on with a run
  convae-train convert model.json -o model.onnx            any tfjs Layers model
`;

async function main(): Promise<void> {
  const program = new Command('convae-train')
    .description('Fit a convolutional autoencoder and export it as two ONNX graphs')
    .version(version)
    .option('--debug', 'show stack traces', process.env.CONVAE_DEBUG === '1')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(add --help for the options)')
    .exitOverride();
  addCommands(program, await installedEvaluations());
  for (const command of program.commands)
    command.exitOverride().showHelpAfterError('(add --help for the options)');
  try {
    await program.parseAsync();
  } catch (error) {
    const text = failureText(error, program.opts<{ debug: boolean }>().debug);
    if (text !== undefined) console.error(text);
    process.exitCode = exitCodeOf(error);
  }
}

await main();
