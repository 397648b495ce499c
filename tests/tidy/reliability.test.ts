/** The reliability tests are known by number, R1 to R27: in a test's title, and in the table of docs/testing.md. */
import { describe, expect, it } from "vitest";
import { isTest, projectFiles } from "./sources.ts";

const numbers = Array.from({ length: 27 }, (_, index) => `R${index + 1}`);
const files = projectFiles();

/** As in `describe("R9: a day`, or behind the sentence: `nothing is lost (R4)"`. */
const titlePattern = /["`].*?\b(R\d+)\b/;
const rowPattern = /^\|([R\d, ]+)\|/gm;

describe("reliability tests", () => {
  it("are each in a title", () => {
    const lines = files.filter(({ name }) => isTest(name)).flatMap(({ text }) => text.split("\n"));
    const named = new Set(lines.map((line) => titlePattern.exec(line)?.[1]));
    expect(numbers.filter((number) => !named.has(number))).toEqual([]);
  });

  it("are each in the table for readers", () => {
    const page = files.find(({ name }) => name === "docs/testing.md")?.text ?? "";
    const listed = [...page.matchAll(rowPattern)].flatMap(([, cell]) => cell?.match(/R\d+/g) ?? []);
    expect(listed.sort()).toEqual([...numbers].sort());
  });
});
