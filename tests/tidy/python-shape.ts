/**
 * Measures Python functions by their indentation, which in Python is the syntax: from `def` to the last line further
 * in.
 *
 * Parameters are not counted here; Python's keyword arguments do what an object does in TypeScript.
 */
import type { Finding } from "./findings.ts";
import type { SourceFile } from "./sources.ts";

const functionLinesMax = 70;
const definitionPattern = /^(\s*)(?:async )?def (\w+)/;

export function pythonFindings({ name, text }: SourceFile): Finding[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index): Finding[] => {
    const [, indent, subject] = definitionPattern.exec(line) ?? [];
    if (indent === undefined || subject === undefined) return [];
    const length = functionLength(lines.slice(index), indent.length);
    const detail = `${length} lines`;
    return length > functionLinesMax ? [{ rule: "function-lines", file: name, line: index + 1, subject, detail }] : [];
  });
}

function functionLength(lines: readonly string[], indent: number): number {
  let last = 0;
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (line.trim() === "") continue;
    const isClosing = /^\s*\)/.test(line);
    if (line.search(/\S/) <= indent && !isClosing) break;
    last = index;
  }
  return last + 1;
}
