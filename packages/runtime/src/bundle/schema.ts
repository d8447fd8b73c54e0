// Schemas of plain data, each a function that reads a value; in the form of zod's, of which this is the part that manifests need.

/** Where a value is not as its schema says, and what would be. */
export interface Issue {
  readonly path: readonly string[];
  readonly expected: string;
}

class Refusal implements Issue {
  readonly path: readonly string[];
  readonly expected: string;
  constructor(expected: string, path: readonly string[] = []) {
    this.path = path;
    this.expected = expected;
  }
}

/** What a value was found to be. */
export type Parsed<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly issue: Issue };

/** Throws a Refusal where a value of the right kind is not right. */
type Check<T> = (value: T) => void;

/** A schema of a kind of values. */
export class Schema<T> {
  /** @internal Gives the value without what the schema does not name. @throws Refusal */
  readonly read: (value: unknown) => T;
  /** @internal */
  constructor(read: (value: unknown) => T) {
    this.read = read;
  }

  /** The same values, where they pass all checks. */
  check(...checks: readonly Check<T>[]): Schema<T> {
    return new Schema((value) => {
      const found = this.read(value);
      for (const check of checks) check(found);
      return found;
    });
  }

  /** Reads a value from outside; fields that the schema does not name are left out. */
  safeParse(value: unknown): Parsed<T> {
    try {
      return { success: true, data: this.read(value) };
    } catch (error) {
      if (error instanceof Refusal) return { success: false, issue: error };
      throw error;
    }
  }
}

/** A schema of a field that may be missing. */
class Optional<T> extends Schema<T | undefined> {
  /** Tells the types of fields apart. */
  readonly mayBeMissing = true;
}

/** The values of a schema. */
export type ValueOf<S> = S extends Schema<infer T> ? T : never;

type Fields = Readonly<Record<string, Schema<unknown>>>;
type OptionalKeys<F> = { [K in keyof F]: F[K] extends Optional<unknown> ? K : never }[keyof F];
type Flat<T> = { [K in keyof T]: T[K] };
type ObjectOf<F> = Flat<
  { -readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]> } & {
    -readonly [K in OptionalKeys<F>]?: ValueOf<F[K]>;
  }
>;

const kind = <T>(expected: string, is: (value: unknown) => boolean): Schema<T> =>
  new Schema((value) => {
    if (is(value)) return value as T;
    throw new Refusal(expected);
  });

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads what is inside of a value; refusals name the place. */
function inside<T>(key: string, schema: Schema<T>, value: unknown): T {
  try {
    return schema.read(value);
  } catch (error) {
    throw error instanceof Refusal ? new Refusal(error.expected, [key, ...error.path]) : error;
  }
}

export const string = (): Schema<string> => kind('string', (value) => typeof value === 'string');
export const boolean = (): Schema<boolean> => kind('boolean', (value) => typeof value === 'boolean');
/** Finite. */
export const number = (): Schema<number> => kind('number', Number.isFinite);
export const int = (): Schema<number> => kind('an integer', Number.isSafeInteger);
export const absent = (): Schema<undefined> => kind('nothing', (value) => value === undefined);
export const unknown = (): Schema<unknown> => kind('', () => true);

/** One of some values. */
export function literal<const T extends string | number | null>(wanted: T | readonly T[]): Schema<T> {
  const values: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
  return kind(values.map(String).join(' or '), (value) => values.includes(value));
}

export const array = <T>(item: Schema<T>): Schema<T[]> =>
  new Schema((value) => {
    if (!Array.isArray(value)) throw new Refusal('array');
    return value.map((each, i) => inside(`${i}`, item, each));
  });

/** The values of either; the first that takes one counts. */
export const union = <A, B>([first, second]: readonly [Schema<A>, Schema<B>]): Schema<A | B> =>
  new Schema((value) => {
    const [one, other] = [first.safeParse(value), second.safeParse(value)];
    if (one.success) return one.data;
    if (other.success) return other.data;
    throw new Refusal(`${one.issue.expected} or ${other.issue.expected}`);
  });

export const optional = <S extends Schema<unknown>>(schema: S): Optional<ValueOf<S>> =>
  new Optional((value) => (value === undefined ? undefined : (schema.read(value) as ValueOf<S>)));

export const object = <const F extends Fields>(fields: F): Schema<ObjectOf<F>> =>
  new Schema((value) => {
    if (!isObject(value)) throw new Refusal('object');
    const found = Object.entries(fields).map(
      ([key, schema]) => [key, inside(key, schema, value[key])] as const,
    );
    return Object.fromEntries(found.filter(([key]) => key in value)) as ObjectOf<F>;
  });

/** Any fields, whose values are of one schema. */
export const record = <T>(schema: Schema<T>): Schema<Record<string, T>> =>
  new Schema((value) => {
    if (!isObject(value)) throw new Refusal('object');
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inside(key, schema, each)]));
  });

const check =
  <T>(expected: string, holds: (value: T) => boolean): Check<T> =>
  (value) => {
    if (!holds(value)) throw new Refusal(expected);
  };

const unit = (value: unknown): string => (typeof value === 'string' ? 'characters' : 'items');

export const gte = (least: number): Check<number> => check(`at least ${least}`, (value) => value >= least);
export const lte = (most: number): Check<number> => check(`at most ${most}`, (value) => value <= most);
export const lt = (end: number): Check<number> => check(`less than ${end}`, (value) => value < end);
export const positive = (): Check<number> => check('more than 0', (value) => value > 0);
export const regex = (pattern: RegExp): Check<string> =>
  check(`text of the form ${pattern}`, (value) => pattern.test(value));

export const minLength =
  (least: number): Check<string | readonly unknown[]> =>
  (value) => {
    if (value.length < least) throw new Refusal(`at least ${least} ${unit(value)}`);
  };
export const maxLength =
  (most: number): Check<string | readonly unknown[]> =>
  (value) => {
    if (value.length > most) throw new Refusal(`at most ${most} ${unit(value)}`);
  };
