/**
 * Reads the imports of a script and says which part of the project each one reaches.
 *
 * A part is a folder of docs/architecture.md's picture: "shared", "core", "wal", "renderer" and so on; an npm package
 * is "npm:<name>" and a module of Node "node:<name>". Type-only imports are marked, because some walls let types
 * through.
 */
import { builtinModules } from "node:module";
import path from "node:path";
import ts from "typescript";
import { parseScript, type SourceFile } from "./sources.ts";

export type Import = {
  readonly from: string;
  readonly line: number;
  readonly specifier: string;
  /** Repository path, for imports within the project. */
  readonly target: string | undefined;
  readonly isTypeOnly: boolean;
};

export function importsOf(source: SourceFile): Import[] {
  const tree = parseScript(source);
  const found: Import[] = [];
  const add = (specifier: ts.Expression | undefined, isTypeOnly: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const line = tree.getLineAndCharacterOfPosition(specifier.getStart(tree)).line + 1;
    const target = projectPath(source.name, specifier.text);
    found.push({ from: source.name, line, specifier: specifier.text, target, isTypeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && isLoad(node)) add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** `import type …`, or an import whose every name is marked as a type. */
function isTypeImport({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = importClause.namedBindings;
  if (importClause.name !== undefined || names === undefined || !ts.isNamedImports(names)) return false;
  return names.elements.length > 0 && names.elements.every((element) => element.isTypeOnly);
}

function isLoad({ expression }: ts.CallExpression): boolean {
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === "require")
  );
}

function projectPath(from: string, specifier: string): string | undefined {
  if (specifier.startsWith("#")) return specifier.slice(1);
  if (specifier.startsWith(".")) return path.posix.join(path.posix.dirname(from), specifier);
  return undefined;
}

/** The part a repository path belongs to: electron's folders are parts of their own. */
export function partOf(file: string): string {
  const [top = "", second = ""] = file.split("/");
  if (top !== "electron") return top;
  return file.split("/").length > 2 ? second : file;
}

export function reachedPart({ target, specifier }: Import): string {
  if (target !== undefined) return partOf(target);
  if (specifier.startsWith("node:") || builtinModules.includes(specifier)) return "node";
  const [scope = "", name = ""] = specifier.split("/");
  return `npm:${scope.startsWith("@") ? `${scope}/${name}` : scope}`;
}
