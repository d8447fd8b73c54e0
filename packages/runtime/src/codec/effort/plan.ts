/**
 * Places that are tried in one run of the decoder: those where (column + turn · row) mod `count` is the same, so that
 * they lie apart.
 */
export interface Colours {
  readonly count: number;
  readonly turn: number;
}

/** Runs of the decoder over the same exact bits. */
export interface Sweep {
  readonly colours: Colours;
  /** Each tries one more symbol at the places of a colour, the most promising; the colours take turns. */
  readonly runs: number;
}

/** Two places apart at least. */
const FOUR: Colours = { count: 4, turn: 2 };
/** √5 places. */
const FIVE: Colours = { count: 5, turn: 2 };
/** √10 places. */
const TEN: Colours = { count: 10, turn: 3 };

/** What each effort does. */
const PLANS: readonly (readonly Sweep[])[] = [
  [],
  [{ colours: FOUR, runs: 1 }],
  [{ colours: FOUR, runs: 2 }],
  [{ colours: FOUR, runs: 3 }],
  [{ colours: FIVE, runs: 10 }],
  [{ colours: FIVE, runs: 20 }],
  [
    { colours: FIVE, runs: 20 },
    { colours: FIVE, runs: 20 },
  ],
  [
    { colours: FIVE, runs: 30 },
    { colours: TEN, runs: 40 },
  ],
  [
    { colours: FIVE, runs: 40 },
    { colours: TEN, runs: 60 },
    { colours: TEN, runs: 40 },
  ],
  [
    { colours: FIVE, runs: 50 },
    { colours: TEN, runs: 80 },
    { colours: TEN, runs: 60 },
    { colours: TEN, runs: 60 },
  ],
];

/** The sweeps of an effort, 0..9. */
export const planOf = (effort: number): readonly Sweep[] => PLANS[effort]!;

/** Runs of the decoder that a plan takes: those that try, and one before each sweep and after the last. */
export const runsOf = (plan: readonly Sweep[]): number => plan.reduce((sum, { runs }) => sum + runs + 1, 1);
