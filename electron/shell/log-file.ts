/**
 * The app's own log: a few lines about starts, refusals, crashes and bugs, for a diagnostics bundle.
 *
 * Owns: `vibesync.log` and one older file, at most 1 MiB each. It names no scene contents and no secret.
 * Must never: stop the app because it cannot be written.
 */
import fs from "node:fs";
import { join } from "node:path";
import { causeText } from "#shared/result.ts";

const fileBytesMax = 1_048_576;
const lineLengthMax = 2_000;

export type LogFile = (level: "info" | "warning" | "error", text: string, cause?: unknown) => void;

export function openLogFile(folder: string): LogFile {
  const file = join(folder, "vibesync.log");
  return (level, text, cause) => {
    const reason =
      cause === undefined ? "" : `: ${cause instanceof Error ? (cause.stack ?? cause.message) : causeText(cause)}`;
    const line = `${new Date().toISOString()} ${process.pid} ${level} ${text}${reason}`.slice(0, lineLengthMax);
    try {
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (fs.existsSync(file) && fs.statSync(file).size > fileBytesMax) fs.renameSync(file, `${file}.old`);
      fs.appendFileSync(file, `${line}\n`, { mode: 0o600 });
    } catch {
      console.error(line);
    }
  };
}
