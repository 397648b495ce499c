/**
 * Every generated file and its content, computed from the sources. `main.ts` writes them; `tests/tidy` compares them
 * with what is on disk, so that a forgotten `npm run generate` fails.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { csharpSource } from "./csharp.ts";
import { documentationPage } from "./documentation.ts";
import { pythonSource } from "./python.ts";
import { wireSchema } from "./schema.ts";
import { constants, fieldRows } from "./tables.ts";
import { vectorFiles } from "./vectors/files.ts";

const root = path.resolve(import.meta.dirname, "../..");
const documentationFile = "docs/protocol.md";

/** Path from the root → content. */
export function generatedOutputs(): ReadonlyMap<string, string> {
  const schema = wireSchema();
  const compact = JSON.stringify(schema);
  return new Map<string, string>([
    ...vectorFiles(),
    ["shared/protocol/generated/protocol.schema.json", `${JSON.stringify(schema, null, 1)}\n`],
    ["plugins/blender/vibesync/protocol/generated.py", pythonSource(compact)],
    ["plugins/unity/com.vibesync.bridge/Core/Protocol/Generated.cs", csharpSource(compact)],
    [documentationFile, documentationPage(readFileSync(path.join(root, documentationFile), "utf8"))],
  ]);
}

/** Changes whenever what travels changes: the schema, the field table or a constant. Texts for people do not count. */
export function wireFingerprint(): string {
  const fields = fieldRows.map(({ doc: _doc, ...row }) => row);
  const wire = JSON.stringify({
    schema: wireSchema()["$defs"],
    fields,
    constants: { ...constants, protocolVersion: 0 },
  });
  return createHash("sha256").update(wire).digest("hex").slice(0, 16);
}

export { root as repositoryRoot };
