/**
 * Reads the numbered rules of docs/engine.md, docs/wal.md, docs/protocol.md and docs/snapshots.md.
 *
 * A rule is a line that opens with its id, `[WAL-4]`, after list, heading or bold marks; it reaches to the next rule or
 * heading of its own rank. The section called *Gaps* lists, by id, what no test guards yet.
 */

export type Rule = {
  readonly id: string;
  readonly page: string;
  readonly line: number;
  readonly hasEnforcement: boolean;
  readonly isGap: boolean;
};

const definitionPattern = /^\s*(?:[-*>]\s+|#+\s+|\|\s*)?(?:\*\*)?\[([A-Z][A-Z0-9]*-\d+[a-z]?)\]/;
const idPattern = /\[([A-Z][A-Z0-9]*-\d+[a-z]?)\]/g;

export function rulesOf(page: string, text: string): Rule[] {
  const lines = text.split("\n");
  const gapsAt = lines.findIndex((line) => /^#+\s+Gaps\b/i.test(line));
  const body = gapsAt < 0 ? lines : lines.slice(0, gapsAt);
  const gaps = new Set(quotedIds(gapsAt < 0 ? "" : lines.slice(gapsAt).join("\n")));
  const starts = body.flatMap((line, index) => (definitionPattern.test(line) ? [index] : []));
  return starts.map((start, position) => {
    const id = definitionPattern.exec(body[start] ?? "")?.[1] ?? "";
    const block = body.slice(start, starts[position + 1] ?? body.length).join("\n");
    return { id, page, line: start + 1, hasEnforcement: /\*Enforcement/.test(block), isGap: gaps.has(id) };
  });
}

/** Every rule id written in a text, in order. */
export function quotedIds(text: string): string[] {
  return [...text.matchAll(idPattern)].map((match) => match[1] ?? "");
}
