import type { CallOptions } from '../codec/interface.js';
import type { Channel } from './channel.js';

/** Options of a call as they are sent: `progress` is the number of what hears of it. */
export type SentOptions = Omit<CallOptions, 'signal' | 'onProgress'> & {
  readonly progress?: number | undefined;
};

/** What can be sent of the options of a call, until `end`. */
export function sendOptions(channel: Channel, { signal: _, onProgress, ...rest }: CallOptions) {
  const progress = onProgress && channel.expose({ tell: (images: number) => onProgress(images) });
  const end = (): void => {
    if (progress !== undefined) channel.withdraw(progress);
  };
  return { sent: { ...rest, progress } as SentOptions, end };
}

/** Calls a method whose last argument is the options. @throws as `Channel.call`. */
export async function callWithOptions(
  channel: Channel,
  target: number,
  method: string,
  args: readonly unknown[],
  options: CallOptions = {},
): Promise<unknown> {
  const { sent, end } = sendOptions(channel, options);
  try {
    return await channel.call(target, method, [...args, sent], options.signal);
  } finally {
    end();
  }
}

/** The options of a call that came over the channel. */
export function receivedOptions(
  channel: Channel,
  { progress, ...rest }: SentOptions,
  signal: AbortSignal,
): CallOptions {
  if (progress === undefined) return { ...rest, signal };
  // A caller that has stopped does not hear of it any more.
  const onProgress = (images: number): void =>
    void channel.call(progress, 'tell', [images]).catch(() => undefined);
  return { ...rest, signal, onProgress };
}
