import cliProgress from 'cli-progress';

/** A bar on standard error, from the first value shown to `stop`. */
export interface LiveBar {
  show(done: number, total: number, values: Readonly<Record<string, unknown>>): void;
  stop(): void;
}

/** A bar in the form of cli-progress; it is removed when it stops. */
export function liveBar(format: string): LiveBar {
  const options = { format, hideCursor: true, clearOnComplete: true };
  const bar = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
  let running = false;
  return {
    show: (done, total, values) => {
      if (!running) bar.start(total, done, values);
      running = true;
      bar.update(done, values);
    },
    stop: () => {
      if (running) bar.stop();
      running = false;
    },
  };
}
