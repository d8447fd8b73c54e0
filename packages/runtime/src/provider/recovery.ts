import { ConvaeError } from '../errors.js';
import type { ExecutionProvider, PassedOver } from './execution-provider.js';
import type { GraphSession } from './graph-session.js';
import type { LosableDevice } from './ort.js';
import type { Networks } from './probe.js';

/** Sessions as they can be lost: with the device that they are on. */
export interface LosableSessions extends Networks {
  readonly executionProvider: ExecutionProvider;
  readonly passedOver: readonly PassedOver[];
  readonly threads: number | undefined;
  readonly notices: readonly string[];
  /** Resolves with the reason when the device is lost; absent where there is none. */
  readonly lost?: Promise<string> | undefined;
}

/** Opens the sessions again: on the same execution provider, or on the one that is always there. */
export type Reopen = (where: 'same' | 'base') => Promise<LosableSessions>;

/** How long a failed run waits for the news that its device was lost: up to 40 ms were seen; milliseconds. */
const NEWS_MS = 200;
/** A run that has not ended by then after its device was lost never will; milliseconds. */
const HANGING_MS = 3000;

/**
 * Sessions that live on after their device was lost: once on a new device, then on the base provider. Runs that the
 * loss interrupted are run again, so callers notice nothing but what `executionProvider`, `passedOver` and `notices` say.
 */
export function recoverable(first: LosableSessions, reopen: Reopen): LosableSessions {
  return first.lost === undefined ? first : new RecoveringSessions(first, reopen);
}

/** Sessions, their runs under way, and whether their device is known to be lost. */
interface Generation {
  readonly sessions: LosableSessions;
  readonly running: Set<(reason: Error) => void>;
  lostBecause: string | undefined;
  hanging: boolean;
}

class RecoveringSessions implements LosableSessions {
  readonly encoder: GraphSession;
  readonly decoder: GraphSession;
  readonly #reopen: Reopen;
  readonly #passedOver: PassedOver[];
  readonly #notices: string[] = [];
  #shown: LosableSessions;
  #current: Promise<Generation>;
  #losses = 0;
  #released = false;

  constructor(first: LosableSessions, reopen: Reopen) {
    this.#reopen = reopen;
    this.#shown = first;
    this.#passedOver = [...first.passedOver];
    this.#current = Promise.resolve(watched(first));
    this.encoder = this.#network('encoder');
    this.decoder = this.#network('decoder');
  }

  get executionProvider(): ExecutionProvider {
    return this.#shown.executionProvider;
  }

  get threads(): number | undefined {
    return this.#shown.threads;
  }

  get passedOver(): readonly PassedOver[] {
    return [...this.#passedOver];
  }

  get notices(): readonly string[] {
    return [...this.#shown.notices, ...this.#notices];
  }

  #network(which: 'encoder' | 'decoder'): GraphSession {
    return {
      run: (...args) => this.#run((sessions) => sessions[which].run(...args)),
      release: async () => {
        this.#released = true;
        const { sessions } = await this.#current;
        await sessions[which].release();
      },
    };
  }

  async #run(task: (sessions: LosableSessions) => Promise<Float32Array>): Promise<Float32Array> {
    for (;;) {
      const current = this.#current;
      const generation = await current;
      if (generation.lostBecause === undefined) {
        try {
          return await ended(generation, task(generation.sessions));
        } catch (error) {
          if (generation.lostBecause === undefined || this.#released) throw error;
        }
      }
      // Nobody would release what is opened now.
      if (this.#released) throw new ConvaeError('DISPOSED', 'the codec was used after dispose()');
      // Whoever notices first opens new sessions; the others wait for them.
      if (this.#current === current) this.#current = this.#recoverOrStay(generation);
    }
  }

  /** Where nothing can be opened, the next run tries again. */
  #recoverOrStay(generation: Generation): Promise<Generation> {
    return this.#recover(generation).catch((error: unknown) => {
      this.#current = Promise.resolve(generation);
      throw error;
    });
  }

  async #recover({ sessions, lostBecause = 'lost', hanging }: Generation): Promise<Generation> {
    this.#losses += 1;
    const { executionProvider } = sessions;
    // Its memory is gone with the device; what is left of it cannot be waited for.
    sessions.encoder.release().catch(() => undefined);
    sessions.decoder.release().catch(() => undefined);
    // ONNX Runtime takes one call at a time: behind one that hangs nothing can be opened.
    const mayTry = this.#losses === 1 && !hanging;
    const again = mayTry ? await this.#tryAgain(executionProvider, lostBecause) : undefined;
    const next = again ?? (await this.#fallBack(executionProvider, lostBecause));
    this.#shown = next;
    return watched(next);
  }

  async #tryAgain(provider: ExecutionProvider, reason: string): Promise<LosableSessions | undefined> {
    try {
      const sessions = await this.#reopen('same');
      this.#notices.push(`the ${provider} device was lost (${reason}) and recreated`);
      return sessions;
    } catch {
      return undefined;
    }
  }

  async #fallBack(provider: ExecutionProvider, reason: string): Promise<LosableSessions> {
    const sessions = await this.#reopen('base');
    const times = this.#losses === 1 ? 'and cannot be recreated' : 'again';
    this.#passedOver.push({ provider, reason: `the device was lost ${times} (${reason})` });
    this.#notices.push(
      `the ${provider} device was lost ${times} (${reason}): it runs on ${sessions.executionProvider} now`,
    );
    return sessions;
  }
}

function watched(sessions: LosableSessions): Generation {
  const generation: Generation = { sessions, running: new Set(), lostBecause: undefined, hanging: false };
  void sessions.lost?.then(async (reason) => {
    generation.lostBecause = reason;
    await pause(HANGING_MS);
    generation.hanging = generation.running.size > 0;
    for (const reject of generation.running)
      reject(new Error('the run did not end after its device was lost'));
  });
  return generation;
}

/** As `run`, but ends some time after the loss of the device at the latest. */
function ended<T>({ running }: Generation, run: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    running.add(reject);
    run.then(resolve, reject).finally(() => running.delete(reject));
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Watches over the runs on a device: none begins after it was lost, nor after a run that failed before it is known
 * whether that was why. A second run on a lost device keeps ONNX Runtime 1.30 busy for ever.
 */
export function losableDevice(lost: Promise<string>): LosableDevice {
  let lostBecause: string | undefined;
  void lost.then((reason) => {
    lostBecause = reason;
  });
  const check = (): void => {
    if (lostBecause !== undefined) throw new ConvaeError('RUN_FAILED', `the device was lost: ${lostBecause}`);
  };
  return {
    lost,
    guard: async (run) => {
      check();
      try {
        return await run();
      } catch (error) {
        await Promise.race([lost, pause(NEWS_MS)]);
        check();
        throw error;
      }
    },
  };
}
