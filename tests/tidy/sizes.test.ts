/**
 * House rules on size: files, lines, functions, parameters, nesting (tests/tidy/exceptions.ts lists the exceptions).
 */
import { describe, expect, it } from "vitest";
import { complaints, type Finding, staleExceptions } from "./findings.ts";
import { pythonFindings } from "./python-shape.ts";
import { shapeFindings } from "./shape.ts";
import { isGenerated, isScript, projectFiles, type SourceFile } from "./sources.ts";

const fileLinesMax = 400;
const lineColumnsMax = 120;
const textColumnsMax = 140;
/** Fewer would mean that the walk over the project has broken, not that the project has shrunk. */
const scriptsMin = 40;

const written = projectFiles().filter(({ name }) => !isGenerated(name));
const code = written.filter(({ name }) => /\.(ts|tsx|mjs|py|cs|css)$/.test(name));
const scripts = written.filter(({ name }) => isScript(name));

/** A suppression is one line, or it suppresses nothing; a title or a text for people is one string. */
function isUnbreakable(line: string): boolean {
  const hasLongText = /"[^"]{50,}"|`[^`]{50,}`/.test(line) && line.length <= textColumnsMax;
  return line.includes("biome-ignore") || hasLongText;
}

function sizeFindings({ name, text }: SourceFile): Finding[] {
  const lines = text.split("\n");
  const place = { file: name, subject: "" };
  const wide = lines.flatMap((line, index): Finding[] => {
    if (line.length <= lineColumnsMax || isUnbreakable(line)) return [];
    return [{ ...place, rule: "line-columns", line: index + 1, detail: `${line.length} columns` }];
  });
  if (lines.length <= fileLinesMax + 1) return wide;
  return [...wide, { ...place, rule: "file-lines", line: 1, detail: `${lines.length - 1} lines` }];
}

describe("sizes", () => {
  const sizes = code.flatMap(sizeFindings);
  const pythons = written.filter(({ name }) => name.endsWith(".py"));
  const shapes = [...scripts.flatMap(shapeFindings), ...pythons.flatMap(pythonFindings)];

  it("sees the project", () => {
    expect(scripts.length).toBeGreaterThan(scriptsMin);
  });

  it(`files have at most ${fileLinesMax} lines of at most ${lineColumnsMax} columns`, () => {
    expect(complaints(sizes)).toEqual([]);
  });

  it("functions are short, take few parameters and nest little", () => {
    expect(complaints(shapes)).toEqual([]);
  });

  it("no exception outlives its need", () => {
    const stale = staleExceptions(
      ["file-lines", "line-columns", "function-lines", "parameters", "nesting"],
      [...sizes, ...shapes],
    );
    expect(stale).toEqual([]);
  });

  it("the measure itself sees a long, wide, deep function", () => {
    const deep = "if (a) { for (;;) { while (b) { if (c) d(); } } }";
    const text = `function f(a, b, c, d) {\n${`${deep}\n`.repeat(70)}}\n`;
    const rules = shapeFindings({ name: "planted.mjs", text }).map(({ rule }) => rule);
    expect(rules.sort()).toEqual(["function-lines", "nesting", "parameters"]);
    const body = "        x()\n\n".repeat(40);
    const python = `class A:\n    def f(\n        self,\n    ):\n${body}\n    def g(self):\n        pass\n`;
    expect(pythonFindings({ name: "planted.py", text: python }).map(({ subject }) => subject)).toEqual(["f"]);
  });
});
