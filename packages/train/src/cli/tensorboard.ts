import { mkdir } from 'node:fs/promises';
import type { Tf } from '../setup/index.js';
import type { EpochRecord } from '../training/history.js';

/** The part of tfjs-node's summary writer that is used here. */
interface SummaryWriter {
  scalar(name: string, value: number, step: number): void;
  flush(): void;
}

/** The figures of an epoch under the names that TensorBoard shows; `/` makes groups. */
function scalarsOf(record: EpochRecord): [name: string, value: number][] {
  const { trainMse, trainPsnr, validationMse, validationPsnr, learningRate, deadChannels, rate } = record;
  const points = (rate?.validation ?? []).flatMap(
    ({ lambda, psnr, contextBytes, factorizedBytes }): [string, number][] => [
      [`psnr/lambda ${lambda}`, psnr],
      [`bytes/lambda ${lambda}`, contextBytes ?? factorizedBytes],
    ],
  );
  return [
    ['mse/train', trainMse],
    ['psnr/train', trainPsnr],
    ...(validationMse === null ? [] : ([['mse/validation', validationMse]] as [string, number][])),
    ...(validationPsnr === null ? [] : ([['psnr/validation', validationPsnr]] as [string, number][])),
    ...points,
    ['learning rate', learningRate],
    ['dead latent channels', deadChannels.length],
  ];
}

/** Writes each epoch into event files for TensorBoard, by tfjs-node's own summary writer. */
export async function tensorboardLog(tf: Tf, folder: string): Promise<(record: EpochRecord) => void> {
  await mkdir(folder, { recursive: true });
  const { node } = tf as unknown as { node: { summaryFileWriter(logdir: string): SummaryWriter } };
  const writer = node.summaryFileWriter(folder);
  return (record) => {
    for (const [name, value] of scalarsOf(record)) writer.scalar(name, value, record.epoch);
    writer.flush();
  };
}
