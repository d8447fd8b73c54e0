import { InvalidArgumentError } from 'commander';

/** Reads ascending decibels from the command line, as in 24,26.5. */
const decibels =
  (separator: string, expected: string, isRight: (values: readonly number[]) => boolean) =>
  (text: string): number[] => {
    const values = text
      .split(separator)
      .map((part) => (/^\d{1,2}(\.\d{1,3})?$/.test(part) ? Number(part) : NaN));
    const ascending = values.every((value, i) => i === 0 || value > values[i - 1]!);
    if (ascending && values.every(Number.isFinite) && isRight(values)) return values;
    throw new InvalidArgumentError(`expected ${expected}, received ${text}.`);
  };

/** Rows of tables: `24.7,26.9`. @throws InvalidArgumentError. */
export const psnrList = decibels(',', 'ascending decibels such as 24.7,26.9', () => true);
/** A range: `28..36`. @throws InvalidArgumentError. */
export const psnrRange = decibels('..', 'decibels such as 28..36', ({ length }) => length === 2);
