/**
 * The hub in a process of its own, told what to do in JSON lines, so that a test can kill it like a crash does.
 *
 * `{do: "ask", channel, argument}` is a request of the window; `{do: "rows"}` gives the timeline rows pushed so far.
 */
import readline from "node:readline";
import { openHub } from "#electron/hub.ts";
import { realClock } from "#electron/ports/clock.ts";
import type { TimelineRow } from "#shared/ipc/view.ts";

type Line = { readonly id: number; readonly do: string; readonly channel?: string; readonly argument?: unknown };

const [projectFolder, home] = process.argv.slice(2) as [string, string];
const rows: TimelineRow[] = [];

void main();

async function main(): Promise<void> {
  const opened = await openHub({ projectFolder, home, hubVersion: "test", clock: realClock });
  if (!opened.ok) {
    process.stderr.write(`${opened.failure.code}: ${opened.failure.message}\n`);
    process.exit(1);
  }
  const hub = opened.value;
  hub.onPush((channel, value) => {
    if (channel === "timeline-grew") rows.push(...(value as { rows: TimelineRow[] }).rows);
  });
  readline.createInterface({ input: process.stdin }).on("line", (text) => void take(JSON.parse(text) as Line));

  async function take(line: Line): Promise<void> {
    const answer = await act(line);
    process.stdout.write(`${JSON.stringify({ id: line.id, ok: true, result: answer })}\n`);
    if (line.do === "quit") process.exit(0);
  }

  async function act(line: Line): Promise<unknown> {
    if (line.do === "rows") return rows;
    if (line.do === "quit") return await hub.close();
    const handler = hub.handlers[line.channel as "status"] as (argument: unknown) => unknown;
    return await handler(line.argument ?? null);
  }
}
