/**
 * Which app on which runtime this is: shown in About and put into diagnostics.
 */
import { dirname, join, sep } from "node:path";
import type { About } from "#shared/ipc/view.ts";
import { protocolVersion } from "#shared/protocol/version.ts";

export type RuntimeFacts = {
  readonly isPackaged: boolean;
  readonly executable: string;
  readonly overrideFolder: string | undefined;
  readonly exists: (path: string) => boolean;
};

/** "fallback" is the stand-in for building and testing: it carries a `.ready` file and must never reach people. */
export function runtimeOf({ isPackaged, executable, overrideFolder, exists }: RuntimeFacts): About["runtime"] {
  if (isPackaged) return "packaged";
  if (overrideFolder && executable.startsWith(overrideFolder)) return "override";
  if (exists(join(dirname(executable), ".ready"))) return "fallback";
  return executable.includes(`${sep}node_modules${sep}electron${sep}`) ? "npm" : "unknown";
}

export function aboutOf(version: string, runtime: About["runtime"]): About {
  const { electron = "none", chrome = "none", node } = process.versions;
  const platform = `${process.platform} ${process.arch}`;
  return { version, electron, chromium: chrome, node, runtime, protocol: protocolVersion, platform };
}
