/** The rule book and the tests know each other: every rule is guarded or listed as a gap, every quoted rule exists. */
import { describe, expect, it } from "vitest";
import { quotedIds, rulesOf } from "./rule-book.ts";
import { isTest, projectFiles } from "./sources.ts";

const pages = ["docs/engine.md", "docs/wal.md", "docs/protocol.md", "docs/snapshots.md"];
const files = projectFiles();
const rules = pages.flatMap((page) => rulesOf(page, files.find(({ name }) => name === page)?.text ?? ""));
const ids = new Set(rules.map(({ id }) => id));

/** Test titles in three languages; tests/tidy itself plants ids and does not count. */
const testTexts = files.filter(({ name }) => {
  const isForeign = /(^|\/)[Tt]ests?\/.*\.(py|cs)$/.test(name);
  return (isTest(name) || isForeign) && !name.startsWith("tests/tidy/");
});
const quoted = new Map(testTexts.flatMap(({ name, text }) => quotedIds(text).map((id) => [id, name] as const)));
const prefixes = new Set([...ids].map((id) => id.split("-")[0]));

describe("rule book", () => {
  it("every page exists and has rules", () => {
    const withRules = pages.filter((page) => rules.some((rule) => rule.page === page));
    expect(withRules).toEqual(pages);
  });

  it("no id is given twice", () => {
    const seen = rules.map(({ id }) => id);
    expect(seen.filter((id, index) => seen.indexOf(id) !== index)).toEqual([]);
  });

  it("every rule says how it is enforced", () => {
    const mute = rules.filter(({ hasEnforcement }) => !hasEnforcement);
    expect(mute.map(({ page, line, id }) => `${page}:${line} [${id}]`)).toEqual([]);
  });

  it("every rule is quoted by a test or listed under Gaps, and never both", () => {
    const unguarded = rules.filter(({ id, isGap }) => !isGap && !quoted.has(id));
    expect(unguarded.map(({ page, id }) => `${page} [${id}]`)).toEqual([]);
    const closed = rules.filter(({ id, isGap }) => isGap && quoted.has(id));
    expect(closed.map(({ id }) => `[${id}] is quoted by ${quoted.get(id)}: take it off Gaps`)).toEqual([]);
  });

  it("every rule that a test or an assertion quotes exists", () => {
    const inCode = files.filter(({ name }) => /^(shared|electron|renderer)\/.*\.tsx?$/.test(name));
    const all = [...testTexts, ...inCode].flatMap(({ name, text }) => quotedIds(text).map((id) => ({ name, id })));
    // Other bracketed words with a number exist; a rule is known by a prefix that some page uses.
    const unknown = all.filter(({ id }) => prefixes.has(id.split("-")[0]) && !ids.has(id));
    expect(unknown).toEqual([]);
  });

  it("the reader itself understands a page", () => {
    const text = "- **[ZZ-1]** One.\n  *Enforcement*: a test.\n\n### [ZZ-2] Two.\n\n## Gaps\n\n- [ZZ-2] not yet.\n";
    expect(rulesOf("x.md", text)).toEqual([
      { id: "ZZ-1", page: "x.md", line: 1, hasEnforcement: true, isGap: false },
      { id: "ZZ-2", page: "x.md", line: 4, hasEnforcement: false, isGap: true },
    ]);
  });
});
