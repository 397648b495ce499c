/**
 * The files of the project as the house rules see them: what a person wrote and is kept in the repository.
 *
 * Walks the disk instead of asking git, so that a file is checked before it is committed. It must never look into what
 * is installed or built.
 */
import fs from "node:fs";
import path from "node:path";
import ts from "typescript";

export const repositoryRoot = path.resolve(import.meta.dirname, "../..");

const notOurs = new Set([
  ".git",
  "node_modules",
  "out",
  "release",
  "coverage",
  "__pycache__",
  ".cache",
  ".venv",
  ".mypy_cache",
  ".pytest_cache",
]);
const textPattern = /\.(ts|tsx|mjs|cjs|js|json|md|py|cs|css|html|toml|yml|yaml|sh|asmdef|uxml|uss|svg|meta|txt)$/;
/** Files without an extension that are text all the same. */
const textNames = new Set(["run", ".gitignore", ".npmrc", "LICENSE"]);

export type SourceFile = {
  /** Repository path with slashes. */
  readonly name: string;
  readonly text: string;
};

export function projectFiles(): readonly SourceFile[] {
  const files: SourceFile[] = [];
  const visit = (folder: string): void => {
    for (const entry of fs.readdirSync(path.join(repositoryRoot, folder), { withFileTypes: true })) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (notOurs.has(entry.name)) continue;
      if (entry.isDirectory()) visit(name);
      else if (textPattern.test(name) || textNames.has(entry.name)) {
        files.push({ name, text: fs.readFileSync(path.join(repositoryRoot, name), "utf8") });
      }
    }
  };
  visit("");
  return files.sort((left, right) => (left.name < right.name ? -1 : 1));
}

export function isGenerated(name: string): boolean {
  return /(^|\/)(generated|vectors)\/|(^|\/)[Gg]enerated\.(py|cs)$|package-lock\.json$/.test(name);
}

export function isScript(name: string): boolean {
  return /\.(ts|tsx|mjs)$/.test(name) && !name.endsWith(".d.ts");
}

export function isTest(name: string): boolean {
  return /\.test\.tsx?$/.test(name);
}

export function parseScript({ name, text }: SourceFile): ts.SourceFile {
  const kind = name.endsWith(".tsx") ? ts.ScriptKind.TSX : name.endsWith(".mjs") ? ts.ScriptKind.JS : ts.ScriptKind.TS;
  return ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true, kind);
}
