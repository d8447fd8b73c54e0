import { join } from 'node:path';
import {
  type BundleIdentity,
  type Evaluation,
  type Html,
  isSameBundle,
  readIfThere,
  readJson,
} from '@convae/train/kit';

type Section = NonNullable<Evaluation['section']>;

/** A report section made from a file of figures in the folder of a run. */
export interface FiguresSection<T> extends Pick<Section, 'id' | 'title' | 'after'> {
  readonly file: { readonly file: string; readonly parse: (value: unknown) => T };
  /** The bundles that the figures are about: without the run's among them there is no section. */
  readonly bundles: (figures: T) => readonly BundleIdentity[];
  /** The file of its picture. */
  readonly picture: string;
  readonly content: (figures: T, picture: Buffer | undefined) => Promise<Html>;
}

/** What an evaluation adds to the report of a run that it has measured. */
export function figuresSection<T>(section: FiguresSection<T>): Section {
  const { id, title, after, file, bundles, picture, content } = section;
  return {
    id,
    title,
    after,
    render: async ({ folder, bundle }) => {
      const figures = await readJson(join(folder, file.file), file.parse);
      if (!figures || !bundles(figures).some((measured) => isSameBundle(measured, bundle))) return undefined;
      return content(figures, await readIfThere(join(folder, picture)));
    },
  };
}
