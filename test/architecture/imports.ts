import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

/** One import, re-export, dynamic import, `import()` type or `require` of a source file. */
interface Import {
  /** The text between the quotes. */
  specifier: string;
  /** Erased by the compiler: nothing is loaded at run time. */
  typeOnly: boolean;
}

/** A source file: its path relative to the root, with `/`, and what it imports. */
export interface SourceFile {
  path: string;
  imports: Import[];
  /** Whether it holds nothing but `export … from` statements. */
  onlyExports: boolean;
}

/** Reads all TypeScript sources below the `src` folders of the packages. */
export function readSources(root: string): SourceFile[] {
  return readdirSync(join(root, 'packages')).flatMap((name) =>
    readFolder(root, join(root, 'packages', name, 'src')),
  );
}

function readFolder(root: string, folder: string): SourceFile[] {
  const entries = readdirOrNothing(folder);
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  return files.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return parseSource(relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8'));
  });
}

function readdirOrNothing(folder: string) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    // A package without sources yet.
    return [];
  }
}

/** Finds the imports of a source text. */
export function parseSource(path: string, text: string): SourceFile {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const visit = (node: ts.Node): void => {
    const found = importOf(node);
    if (found) imports.push(found);
    ts.forEachChild(node, visit);
  };
  visit(file);
  const onlyExports = file.statements.every((node) => ts.isExportDeclaration(node) && node.moduleSpecifier);
  return { path, imports, onlyExports };
}

function importOf(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node)) {
    return toImport(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
  }
  if (ts.isExportDeclaration(node)) return toImport(node.moduleSpecifier, node.isTypeOnly);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return toImport(node.argument.literal, true);
  if (ts.isCallExpression(node) && isLoader(node.expression)) return toImport(node.arguments[0], false);
  return undefined;
}

function isLoader(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require')
  );
}

function toImport(specifier: ts.Node | undefined, typeOnly: boolean): Import | undefined {
  return specifier && ts.isStringLiteralLike(specifier) ? { specifier: specifier.text, typeOnly } : undefined;
}
