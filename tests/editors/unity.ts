/** The Unity package on Mono and the stand-in, in a process of its own (tests/unity/host). */
import { spawn } from "node:child_process";
import { LineControl } from "./line-control.ts";

export type UnityOptions = { readonly home: string; readonly project: string; readonly build: UnityBuild };
export type UnityBuild = { readonly host: string; readonly package: string };

export async function buildUnityOnce(): Promise<UnityBuild> {
  const { buildUnity } = (await import("../unity/build.mjs")) as { buildUnity: () => UnityBuild | null };
  const built = buildUnity();
  if (!built) throw new Error("mcs is not installed");
  return built;
}

export async function startUnity({ home, project, build }: UnityOptions): Promise<LineControl> {
  const env = { ...process.env, VIBESYNC_HOME: home };
  const args = [build.host, "--package", build.package, "--project", project];
  const child = spawn("mono", args, { env, stdio: ["pipe", "pipe", "pipe"] });
  const control = new LineControl(child, { input: child.stdout, output: child.stdin });
  await control.do({ do: "state" });
  return control;
}
