/**
 * Adds one dependency to a Unity project's `Packages/manifest.json` and leaves every other byte as it was.
 *
 * Pure. The file belongs to the project, is under version control and is formatted as its people like it: so the text
 * is edited at the one place, and the result is parsed and compared before anybody writes it.
 */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { failure, type Result, success } from "#shared/result.ts";

const manifestSchema = z.looseObject({ dependencies: z.record(z.string(), z.string()).optional() });
type Manifest = z.infer<typeof manifestSchema>;

type Span = { readonly from: number; readonly to: number };

export function dependencyOf(text: string, name: string): string | null {
  return parse(text)?.dependencies?.[name] ?? null;
}

/** `text` with `"name": "value"` among the dependencies, in place of an older value. */
export function withDependency(text: string, name: string, value: string): Result<string> {
  const before = parse(text);
  if (!before)
    return failure("E_PLUGIN_INSTALL", "Packages/manifest.json could not be read. Open the project in Unity.");
  const edited = before.dependencies?.[name] === value ? text : edit(text, before, { name, value });
  const expected = { ...before, dependencies: { ...before.dependencies, [name]: value } };
  if (edited === null || !isDeepStrictEqual(parse(edited), expected)) {
    const message = "Packages/manifest.json has an unusual form. Add the package by hand in Unity's Package Manager.";
    return failure("E_PLUGIN_INSTALL", message);
  }
  return success(edited);
}

function edit(text: string, before: Manifest, { name, value }: { name: string; value: string }): string | null {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const replace = ({ from, to }: Span, by: string): string => text.slice(0, from) + by + text.slice(to);
  const members = membersOf(text, text.indexOf("{"));
  const dependencies = members.get("dependencies");
  const entry = `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
  if (!dependencies) {
    const at = text.indexOf("{") + 1;
    const block = `${newline}  "dependencies": {${newline}    ${entry}${newline}  }`;
    return replace({ from: at, to: at }, members.size === 0 ? `${block}${newline}` : `${block},`);
  }
  const known = membersOf(text, dependencies.from);
  const old = known.get(name);
  if (old) return replace(old, JSON.stringify(value));
  const at = dependencies.from + 1;
  if (Object.keys(before.dependencies ?? {}).length === 0) {
    return replace(dependencies, `{${newline}    ${entry}${newline}  }`);
  }
  // The gap before the first old entry is also right before it when a new one stands above.
  const gap = /^\s*/.exec(text.slice(at))?.[0] ?? "";
  return replace({ from: at, to: at }, `${gap}${entry},`);
}

function parse(text: string): Manifest | null {
  try {
    return manifestSchema.parse(JSON.parse(text.replace(/^(?:\uFEFF|\xEF\xBB\xBF)/, "")));
  } catch {
    // No JSON, or another shape: both mean that this file is not ours to touch.
    return null;
  }
}

/** The members of the object whose `{` stands at `open`: name → place of its value. The text is known to be JSON. */
function membersOf(text: string, open: number): ReadonlyMap<string, Span> {
  const members = new Map<string, Span>();
  let at = open + 1;
  while (at < text.length) {
    const name = token(text, at);
    if (!name || text[name.from] !== '"') break;
    const from = text.indexOf(":", name.to) + 1;
    const value = token(text, from);
    if (!value) break;
    members.set(JSON.parse(text.slice(name.from, name.to)) as string, value);
    const comma = /^\s*,/.exec(text.slice(value.to));
    if (!comma) break;
    at = value.to + comma[0].length;
  }
  return members;
}

/** The next value after white space: a string, a number or word, or a whole object or list. */
function token(text: string, start: number): Span | null {
  const from = start + (/^\s*/.exec(text.slice(start))?.[0].length ?? 0);
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (char === '"') at = stringEnd(text, at) - 1;
    else if (char === "{" || char === "[") depth += 1;
    else if (char === "}" || char === "]") depth -= 1;
    else if (depth > 0 || !/[\s,]/.test(char)) continue;
    if (depth < 0) return at > from ? { from, to: at } : null;
    if (depth === 0) return { from, to: /[\s,]/.test(char) ? at : at + 1 };
  }
  return null;
}

/** One past the closing quote of the string that opens at `open`. */
function stringEnd(text: string, open: number): number {
  let at = open + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}
