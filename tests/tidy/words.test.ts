/** House rules on names and words: what files are called, how they open, and what must not be written in them. */
import { describe, expect, it } from "vitest";
import { complaints, type Finding, staleExceptions } from "./findings.ts";
import { isGenerated, isScript, isTest, projectFiles, type SourceFile } from "./sources.ts";

const headerLinesMax = 24;
/** Hosts that may appear in the sources: this machine, licences, schemas and documentation that a reader is sent to. */
const knownHosts = new Set([
  ...["127.0.0.1", "localhost", "[::1]", "bundle", "example.com", "example.org", "example.invalid", "evil.example"],
  ...["json-schema.org", "www.gnu.org", "gnu.org", "fsf.org", "spdx.org", "www.w3.org", "www.freedesktop.org"],
  ...["schemas.blender.org", "docs.blender.org", "docs.unity3d.com", "www.electron.build"],
]);
const hostPattern = /\b(?:https?|wss?):\/\/(\[[^\]]+\]|[A-Za-z0-9.-]+)/g;
/** Absolute paths of a person's or a build machine; put together here so that this file does not trip over itself. */
const machineFolders = ["home", "root", "Users", ["wo", "rk"].join("")];
const machinePathPattern = new RegExp(`(?:^|[\\s"'\`(=])/(?:${machineFolders.join("|")})/[\\w.-]+`, "g");
const unfinishedPattern = new RegExp(
  `\\b(?:${["TO", "DO"].join("")}|${["FIX", "ME"].join("")}|${["X", "XX"].join("")})\\b`,
);
const vagueNames = /(^|[/-])(utils?|helpers?|managers?|misc|common)(\.|\/|-|$)/;

const files = projectFiles();
const written = files.filter(({ name }) => !isGenerated(name));
const scripts = written.filter(({ name }) => isScript(name));

function matches(rule: "host" | "path", { name, text }: SourceFile): Finding[] {
  return text.split("\n").flatMap((line, index): Finding[] => {
    const words = [...line.matchAll(rule === "host" ? hostPattern : machinePathPattern)];
    const found = words.map((match) => (rule === "host" ? (match[1] ?? "") : match[0].trim()));
    const wrong = rule === "host" ? found.filter((host) => !knownHosts.has(host)) : found;
    return wrong.map((subject) => ({ rule, file: name, line: index + 1, subject, detail: "must not be named here" }));
  });
}

/** How many lines the opening comment has; 0 when there is none. */
function headerLines({ name, text }: SourceFile): number {
  const body = text.replace(/^#!.*\n/, "").replace(/^(\/\/ @ts-[a-z-]+.*\n)+/, "");
  const pattern = name.endsWith(".py") ? /^(?:#.*\n)*[rR]?"""[\s\S]*?"""/ : /^(?:\/\*\*?[\s\S]*?\*\/|(?:\/\/.*\n)+)/;
  const header = pattern.exec(body.replace(/^\uFEFF/, ""));
  return header === null ? 0 : header[0].trimEnd().split("\n").length;
}

function headerFindings(source: SourceFile): Finding[] {
  const lines = headerLines(source);
  if (lines > 0 && lines <= headerLinesMax) return [];
  const detail = lines === 0 ? "no header comment" : `${lines} lines`;
  return [{ rule: "header", file: source.name, line: 1, subject: "", detail }];
}

describe("words", () => {
  it("file and folder names are kebab-case and say what is in them", () => {
    const ours = scripts.filter(({ name }) => !name.startsWith("plugins/"));
    const isGood =
      /^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)*[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|config|bench|d))?\.(?:ts|tsx|mjs)$/;
    expect(ours.map(({ name }) => name).filter((name) => !isGood.test(name))).toEqual([]);
    expect(written.map(({ name }) => name).filter((name) => vagueNames.test(name))).toEqual([]);
  });

  it("every file opens with what it is for", () => {
    const code = written.filter(({ name }) => /\.(ts|tsx|mjs|py|cs)$/.test(name) && !name.endsWith(".d.ts"));
    // An empty package marker in Python has nothing to say.
    const findings = code.filter(({ text }) => text.trim() !== "").flatMap(headerFindings);
    expect(complaints(findings)).toEqual([]);
    expect(staleExceptions(["header"], findings)).toEqual([]);
  });

  it("names no unknown host and no folder of a particular machine", () => {
    const texts = files.filter(({ name }) => name !== "package-lock.json" && !name.endsWith("LICENSE"));
    const findings = texts.flatMap((file) => [...matches("host", file), ...matches("path", file)]);
    expect(complaints(findings)).toEqual([]);
    expect(staleExceptions(["host", "path"], findings)).toEqual([]);
  });

  it("leaves nothing marked as unfinished", () => {
    const code = written.filter(({ name }) => /\.(ts|tsx|mjs|py|cs|css|sh|md)$/.test(name));
    expect(code.filter(({ text }) => unfinishedPattern.test(text)).map(({ name }) => name)).toEqual([]);
  });

  it("has no default exports and no barrels", () => {
    const ours = scripts.filter(({ name }) => !/(^|\/)[a-z]+\.config\.ts$/.test(name));
    expect(ours.filter(({ text }) => /^export default\b/m.test(text)).map(({ name }) => name)).toEqual([]);
    expect(ours.filter(({ text }) => /^export \* from/m.test(text)).map(({ name }) => name)).toEqual([]);
  });

  it("runs every test it has: none is focused", () => {
    const focused = scripts.filter(({ name, text }) => isTest(name) && /\b(?:it|test|describe)\.only\(/.test(text));
    expect(focused.map(({ name }) => name)).toEqual([]);
  });
});
