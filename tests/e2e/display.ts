/**
 * A screen and a session bus for one test file: the screen that is there or an Xvfb of our own, and always a bus of our
 * own, so that nobody else's tray host or notification daemon answers.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

const startMsMax = 15_000;

export type Display = {
  readonly environment: { readonly DISPLAY: string; readonly DBUS_SESSION_BUS_ADDRESS: string };
  stop(): Promise<void>;
};

export async function openDisplay(): Promise<Display> {
  const bus = spawn("dbus-daemon", ["--session", "--nofork", "--nopidfile", "--print-address=1"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const children: ChildProcess[] = [bus];
  const address = await firstLine(bus, bus.stdout);
  let screen = process.env.DISPLAY ?? "";
  if (screen === "") {
    const args = ["-displayfd", "3", "-screen", "0", "1400x900x24", "-nolisten", "tcp"];
    const xvfb = spawn("Xvfb", args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
    children.push(xvfb);
    screen = `:${await firstLine(xvfb, xvfb.stdio[3] as Readable)}`;
  }
  return {
    environment: { DISPLAY: screen, DBUS_SESSION_BUS_ADDRESS: address },
    async stop() {
      for (const child of children.reverse()) await end(child);
    },
  };
}

/** Sends SIGTERM and waits for the end. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}

function firstLine(child: ChildProcess, from: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${child.spawnfile} said nothing.`)), startMsMax);
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      act();
    };
    createInterface({ input: from }).once("line", (line) => settle(() => resolve(line.trim())));
    child.once("error", (error) => settle(() => reject(error)));
    child.once("exit", (code) => settle(() => reject(new Error(`${child.spawnfile} ended with ${code}.`))));
  });
}
