/**
 * `main.ts` for many seeds, spread over the cores: `--seed N --count M` and whatever else main.ts takes.
 *
 * A process has so few seeds that the cores end together and the way there can be followed in the output.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import path from "node:path";

const seedsPerProcess = 25;
const countsPattern = /(\d+) passed, (\d+) failed\s*$/;

const [options, rest] = split(process.argv.slice(2));
const first = Number(options.get("--seed") ?? 1);
const end = first + Number(options.get("--count") ?? 1);

let next = first;
const total = { passed: 0, failed: 0 };

/** A process that ends without a result has failed with all of its seeds. */
async function runSlice(seed: number, count: number): Promise<void> {
  const script = path.join(import.meta.dirname, "main.ts");
  const args = ["--import", "tsx", script, ...rest, "--seed", String(seed), "--count", String(count)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (part: Buffer) => {
    said += part.toString();
  });
  await once(child, "close");
  const [, passed = "0", failed = String(count)] = countsPattern.exec(said) ?? [];
  total.passed += Number(passed);
  total.failed += Number(failed);
  console.log(`seeds ${seed} to ${seed + count - 1}; ${total.passed + total.failed} of ${end - first} are done`);
}

async function work(): Promise<void> {
  for (let seed = next; seed < end; seed = next) {
    next = Math.min(end, seed + seedsPerProcess);
    await runSlice(seed, next - seed);
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** What this script is told, and what it hands on. */
function split(args: readonly string[]): readonly [ReadonlyMap<string, string>, readonly string[]] {
  const own = new Map<string, string>();
  const others: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const [name, value] = [args[at] as string, args[at + 1]];
    if (name !== "--seed" && name !== "--count") others.push(name);
    else {
      own.set(name, value ?? "");
      at += 1;
    }
  }
  return [own, others];
}
