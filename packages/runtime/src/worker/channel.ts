/// <reference lib="dom" />
import { aborted } from '../checks.js';
import { ConvaeError } from '../errors.js';
import { type ErrorMessage, packError, unpackError } from '../messages/errors.js';
import { pack } from '../messages/transfer.js';

/** Methods that the other side may call. The last argument is a signal that the caller may abort. */
export type Methods = Readonly<Record<string, (...args: never[]) => unknown>>;

type Message =
  | { kind: 'call'; id: number; target: number; method: string; args: unknown[] }
  | { kind: 'value'; id: number; value: unknown }
  | { kind: 'error'; id: number; error: ErrorMessage; thrown: Thrown }
  | { kind: 'abort'; id: number };

/** Which error it is, so that one that crosses twice comes back as itself: a number of the side that threw it first. */
interface Thrown {
  readonly number: number;
  readonly byReceiver: boolean;
}

interface Pending {
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

/** What a side may do with the buffers of what it sends: move them away, or else move a copy. */
export interface ChannelOptions {
  readonly moveValues: boolean;
  readonly moveArguments: boolean;
}

/** Most errors that are remembered. */
const MAX_THROWN = 16;

/**
 * Calls across threads, both ways: what one side exposes, the other calls by its number. Errors keep their class and
 * code; an error that has crossed twice is the one that was thrown.
 */
export class Channel {
  readonly #port: MessagePort;
  readonly #options: ChannelOptions;
  readonly #exposed = new Map<number, Methods>();
  readonly #pending = new Map<number, Pending>();
  readonly #running = new Map<number, AbortController>();
  readonly #thrown = new Map<number, unknown>();
  readonly #foreign = new WeakMap<object, number>();
  #last = 0;
  #closed: ConvaeError | undefined;

  constructor(port: MessagePort, options: ChannelOptions) {
    this.#port = port;
    this.#options = options;
    port.onmessage = ({ data }: { data: Message }) => this.#receive(data);
  }

  /** Lets the other side call these methods; gives the number by which it does. */
  expose(methods: Methods): number {
    const target = this.#next();
    this.#exposed.set(target, methods);
    return target;
  }

  /** Ends what {@link expose} began; later calls are refused. */
  withdraw(target: number): void {
    this.#exposed.delete(target);
  }

  /**
   * Calls a method of the other side. An abort rejects at once and tells the other side to stop.
   * @throws ConvaeError ABORTED; TypeError where an argument cannot be sent; else what the method throws.
   */
  call(target: number, method: string, args: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    if (this.#closed) return Promise.reject(this.#closed);
    if (signal?.aborted) return Promise.reject(aborted(signal));
    const id = this.#next();
    const result = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    const stop = (): void => {
      this.#post({ kind: 'abort', id });
      this.#settle(id)?.reject(aborted(signal!));
    };
    signal?.addEventListener('abort', stop);
    try {
      this.#post({ kind: 'call', id, target, method, args: [...args] });
    } catch (cause) {
      this.#settle(id)?.reject(
        new TypeError(`expected data that can be sent to a worker: ${String(cause)}`, { cause }),
      );
    }
    return result.finally(() => signal?.removeEventListener('abort', stop));
  }

  /** The last call: those under way and all later ones reject with `reason`. */
  callLast(target: number, method: string, reason: ConvaeError): Promise<unknown> {
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
    const last = this.call(target, method, []);
    this.#closed ??= reason;
    return last;
  }

  /** Ends the channel: calls under way and all later ones reject with `reason`. */
  close(reason: ConvaeError): void {
    this.#closed ??= reason;
    for (const { reject } of this.#pending.values()) reject(reason);
    for (const controller of this.#running.values()) controller.abort(reason);
    this.#pending.clear();
    this.#exposed.clear();
    this.#port.close();
  }

  #next(): number {
    this.#last += 1;
    return this.#last;
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #post(message: Message): void {
    const { moveValues, moveArguments } = this.#options;
    const { value, transfer } = pack(message, message.kind === 'call' ? moveArguments : moveValues);
    this.#port.postMessage(value, transfer);
  }

  #receive(message: Message): void {
    if (message.kind === 'value') this.#settle(message.id)?.resolve(message.value);
    else if (message.kind === 'error') this.#settle(message.id)?.reject(this.#received(message));
    else if (message.kind === 'abort')
      this.#running.get(message.id)?.abort(new Error('stopped by the caller'));
    else void this.#answer(message);
  }

  #received({ error, thrown }: Message & { kind: 'error' }): unknown {
    if (thrown.byReceiver) return this.#thrown.get(thrown.number) ?? unpackError(error);
    const unpacked = unpackError(error);
    this.#foreign.set(unpacked, thrown.number);
    return unpacked;
  }

  #refuse(id: number, error: unknown): void {
    const known = error instanceof Error ? this.#foreign.get(error) : undefined;
    const number = known ?? this.#next();
    const thrown = { number, byReceiver: known !== undefined };
    this.#post({ kind: 'error', id, error: packError(error), thrown });
    if (known !== undefined) return;
    this.#thrown.set(number, error);
    if (this.#thrown.size > MAX_THROWN) this.#thrown.delete(this.#thrown.keys().next().value!);
  }

  async #answer({ id, target, method, args }: Message & { kind: 'call' }): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      const called = this.#exposed.get(target)?.[method] as ((...args: unknown[]) => unknown) | undefined;
      if (called === undefined) throw new ConvaeError('DISPOSED', `${method} was called after its end`);
      const value = await called(...args, controller.signal);
      if (!this.#closed) this.#post({ kind: 'value', id, value });
    } catch (error) {
      if (!this.#closed) this.#refuse(id, error);
    } finally {
      this.#running.delete(id);
    }
  }
}
