import * as z from 'zod';
import { checked } from '../files/checked.js';

/** Major.minor of a file of figures where none is named. Minors only add fields; a change of meaning is a new major. */
const FIRST_VERSION = '1.0';

/** Which images were measured; a file says more about them where it needs to. */
export const measuredImages = {
  name: z.string(),
  /** `mnist`, `idx:DIR`, `images:DIR`. */
  source: z.string(),
  /** Which part was measured: validation images where the source has no test part. */
  part: z.enum(['test', 'validation']),
};

/** A data set as {@link measuredImages} records it. */
export interface MeasuredData {
  readonly name: string;
  readonly source: string;
  readonly testIsValidation: boolean;
}

/** What a file of figures records of a data set. */
export const factsOf = ({ name, source, testIsValidation }: MeasuredData) => ({
  name,
  source,
  part: testIsValidation ? ('validation' as const) : ('test' as const),
});

/**
 * A JSON file of figures: `metrics` stands for metrics.json, whose format is `convae-metrics`. All begin with format,
 * version, time and command.
 */
export function figuresFile<const Name extends string, Shape extends z.ZodRawShape>(
  name: Name,
  shape: Shape,
  version = FIRST_VERSION,
) {
  const [major] = version.split('.');
  const file = `${name}.json`;
  const format = `convae-${name}` as const;
  const schema = z.object({
    format: z.literal(format),
    version: z.string().regex(new RegExp(`^${major}\\.\\d{1,4}$`)),
    /** ISO 8601, UTC. */
    createdAt: z.iso.datetime(),
    /** The command line, as a reader would type it again. */
    command: z.string(),
    ...shape,
  });
  /** Checks a value read from the file. @throws ConvaeError `DATA_INVALID` naming the field. */
  const parse = (value: unknown) => checked(schema, value, file);
  /** The content of the file, for figures that were just measured. */
  const collect = (command: string, figures: object) =>
    parse({ format, version, createdAt: new Date().toISOString(), command, ...figures });
  return { file, schema, parse, collect };
}
