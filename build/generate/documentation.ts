/** Rewrites the tables at the end of docs/protocol.md, between the two markers. */
import type { z } from "zod";
import { downMessageSchema } from "#shared/protocol/down.ts";
import { upMessageSchema } from "#shared/protocol/up.ts";
import { protocolHistory } from "#shared/protocol/version.ts";
import { errors, fieldRows } from "./tables.ts";

const begin = "<!-- generated: begin -->";
const end = "<!-- generated: end -->";

export function documentationPage(page: string): string {
  const at = page.indexOf(begin);
  const kept = at < 0 ? `${page.trimEnd()}\n\n` : page.slice(0, at);
  return `${kept}${begin}\n${tables()}${end}\n`;
}

function tables(): string {
  const fields = fieldRows.map(
    ({ name, kinds, type, choices, weight, unit, doc }) =>
      `| \`${name}\` | ${kinds.join(", ")} | ${choices.length > 0 ? choices.join(" · ") : type} | ${weight} | ${unit} | ${doc} |`,
  );
  const codes = Object.entries(errors).map(([code, sentence]) => `| \`${code}\` | ${sentence} |`);
  const history = protocolHistory.map(({ version, brought }) => `| ${version} | ${brought} |`);
  return [
    section("Messages going up", ["kind", "members"], messageRows(upMessageSchema)),
    section("Messages going down", ["kind", "members"], messageRows(downMessageSchema)),
    section("Fields", ["field", "kinds", "type", "weight", "unit", "meaning"], fields),
    section("Error codes", ["code", "for people"], codes),
    section("Versions", ["version", "brought"], history),
  ].join("\n");
}

function section(title: string, columns: readonly string[], rows: readonly string[]): string {
  return `## ${title}\n\n| ${columns.join(" | ")} |\n|${columns.map(() => "---").join("|")}|\n${rows.join("\n")}\n`;
}

function messageRows(union: typeof upMessageSchema | typeof downMessageSchema): string[] {
  return union.options.map((option) => {
    const shape = (option as z.ZodObject).shape as Record<string, z.ZodType>;
    const members = Object.keys(shape).filter((name) => name !== "kind");
    const kind = (shape["kind"] as z.ZodLiteral<string>).value;
    return `| \`${kind}\` | ${members.map((name) => `\`${name}\``).join(", ")} |`;
  });
}
