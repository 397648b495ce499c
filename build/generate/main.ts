/** `npm run generate`: writes every generated file, and says which changed. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { generatedOutputs, repositoryRoot, wireFingerprint } from "./outputs.ts";

for (const [file, content] of generatedOutputs()) {
  const target = path.join(repositoryRoot, file);
  const isSame = existsSync(target) && readFileSync(target, "utf8") === content;
  if (!isSame) {
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
  console.log(`${isSame ? "same   " : "written"} ${file}`);
}
console.log(`wire fingerprint ${wireFingerprint()} (newest line of protocolHistory in shared/protocol/version.ts)`);
