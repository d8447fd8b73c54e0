import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGES = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/glossary.md'];

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((match) => match[1]!);

/** Paths may begin at packages/. */
const located = (path: string): string | undefined =>
  [path, `packages/${path}`].find((candidate) => existsSync(join(ROOT, candidate)));

/** What stands in backticks and looks like a path from the root. */
const pathsOf = (page: string): string[] => all(page, /`([\w.][\w.-]*\/[\w./-]*)`/g);

/** Rows of tables that end with a file: the identifiers that the other cells have in backticks. */
function rowsWithFiles(page: string): { names: string[]; file: string }[] {
  return [...page.matchAll(/^\|(.+)\| `([^`]+\.ts)` \|$/gm)].map(([, cells, file]) => ({
    names: all(cells!, /`([A-Za-z_]\w*)`/g),
    file: file!,
  }));
}

/** A limit as a page writes it: `64 MiB`, `2^36` or plain digits. */
function limitOf(text: string): number {
  const [, base, exponent, unit] = /^(\d+)(?:\^(\d+))?( MiB)?$/.exec(text)!;
  return Number(base) ** Number(exponent ?? 1) * (unit ? 2 ** 20 : 1);
}

/** The value of a constant that is a number, a shift or a power. */
function constantOf(file: string, name: string): number {
  const text = new RegExp(`const ${name} = ([^;]+);`).exec(read(file))?.[1] ?? '';
  const [, left, operator, right] = /^([\d_]+)(?: (<<|\*\*) (\d+))?$/.exec(text) ?? [];
  const number = Number(left?.replaceAll('_', ''));
  if (operator === undefined) return number;
  return operator === '**' ? number ** Number(right) : number * 2 ** Number(right);
}

describe.each(PAGES)('%s', (name) => {
  const page = read(name);

  it('names paths that exist', () => {
    expect(pathsOf(page).filter((path) => located(path) === undefined)).toEqual([]);
  });

  it('names files that hold what their rows of a table say', () => {
    const wrong = rowsWithFiles(page).flatMap(({ names, file }) => {
      const text = read(located(file)!);
      return names.filter((word) => !text.includes(word)).map((word) => `${word} in ${file}`);
    });
    expect(wrong).toEqual([]);
  });
});

const LINKED = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .trimEnd()
  .split('\n');

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (page: string): string[] =>
  all(page, /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

it.each(LINKED)('%s links to files and headings that exist', (name) => {
  const links = [...read(name).matchAll(/\]\(([^)#:]*)(?:#([^)]*))?\)/g)];
  const broken = links.filter(([, file, anchor]) => {
    const path = file === '' ? name : join(dirname(name), file!);
    if (!existsSync(join(ROOT, path))) return true;
    return anchor !== undefined && !anchorsOf(read(path)).includes(anchor);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

describe('SECURITY.md', () => {
  const rows = [...read('SECURITY.md').matchAll(/^\| `(MAX_\w+)` \| ([^|]+) \| .+ \| `([^`]+)` \|$/gm)];

  it.each(rows.map(([, name, value, file]) => [name!, value!, file!]))('%s is %s', (name, value, file) => {
    expect(constantOf(file, name)).toBe(limitOf(value));
  });

  it('has the limits in a table', () => {
    expect(rows.length).toBeGreaterThan(20);
  });
});
