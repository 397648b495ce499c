/**
 * Runs another program to its end, with a limit on its time and on what it may say.
 *
 * Must never: go through a shell, or throw; a program that cannot be started is a result.
 */
import { execFile } from "node:child_process";

const outputBytesMax = 1_048_576;

export type ProgramRun = {
  readonly isOk: boolean;
  readonly output: string;
  /** The last lines of what it said, for a message. */
  readonly problem: string;
};

export type ProgramOptions = {
  readonly timeoutMs: number;
  readonly environment?: Readonly<Record<string, string>>;
};

const problemLines = 3;

export function runProgram(
  file: string,
  args: readonly string[],
  { timeoutMs, environment }: ProgramOptions,
): Promise<ProgramRun> {
  const env = { ...process.env, ...environment };
  return new Promise((resolve) => {
    const options = {
      timeout: timeoutMs,
      maxBuffer: outputBytesMax,
      env,
      windowsHide: true,
      encoding: "utf8",
    } as const;
    execFile(file, args, options, (error, stdout, stderr) => {
      const said = `${stdout}\n${stderr}`.trim().split("\n").slice(-problemLines).join("\n");
      resolve({ isOk: error === null, output: stdout, problem: error === null ? "" : said || error.message });
    });
  });
}
