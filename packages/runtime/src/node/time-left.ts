/** What must be done before the rest is estimated: seconds of work, and a share of the work. */
const LEAST_SECONDS = 3;
const LEAST_SHARE = 0.01;
/** The speed is that of the later half of the time so far, and of these seconds at least: a slow start is forgotten. */
const LEAST_WINDOW_SECONDS = 10;
/** Marks kept in a window, roughly. */
const MARKS = 100;

interface Mark {
  readonly seconds: number;
  readonly done: number;
}

/** Estimates how long some work still takes, once an estimate means something. */
export class TimeLeft {
  readonly #now: () => number;
  #first: Mark | undefined;
  /** In order; the speed is measured from the first of them. */
  #marks: Mark[] = [];

  /** @param now a clock, ms. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Notes how far the work is. The first call begins the estimate: a slow start before it does not count.
   * @param done what is done, in any unit.
   * @param left what is to be done, in the same unit.
   * @returns seconds; undefined as long as they cannot be told.
   */
  at(done: number, left: number): number | undefined {
    const mark = { seconds: this.#now() / 1000, done };
    this.#first ??= mark;
    this.#keep(mark);
    const seen = done - this.#first.done;
    const enough = mark.seconds - this.#first.seconds >= LEAST_SECONDS && seen >= LEAST_SHARE * (seen + left);
    const from = this.#marks[0]!;
    return enough && done > from.done
      ? (left * (mark.seconds - from.seconds)) / (done - from.done)
      : undefined;
  }

  #keep(mark: Mark): void {
    const window = Math.max(LEAST_WINDOW_SECONDS, (mark.seconds - this.#first!.seconds) / 2);
    const last = this.#marks.at(-1);
    if (last && mark.seconds - last.seconds < window / MARKS) return;
    this.#marks.push(mark);
    const recent = this.#marks.findLastIndex(({ seconds }) => seconds <= mark.seconds - window);
    if (recent > 0) this.#marks.splice(0, recent);
  }
}

/** `1:05`, `2:00:07`: a duration for people. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `ETA 1:05`; `ETA …` where {@link TimeLeft} cannot tell. */
export function formatTimeLeft(seconds: number | undefined): string {
  return `ETA ${seconds === undefined ? '…' : formatDuration(seconds)}`;
}
