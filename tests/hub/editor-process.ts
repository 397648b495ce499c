/**
 * A scripted editor in a process of its own, to be stopped with SIGSTOP: `editor-process.ts <discovery folder> <role>`.
 * Asked for anything over the IPC channel, it answers with its scene.
 */
import { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import type { Role } from "#shared/protocol/handshake.ts";

const [home = "", role = ""] = process.argv.slice(2);
const editor = new ScriptedEditor({ home, identity: { role: role as Role, name: role, version: "1" } });
editor.start();
process.on("message", () => {
  const { scene, unanswered, isLinked } = editor.model;
  const objects = Object.fromEntries(scene.uuids().map((uuid) => [uuid, scene.read(uuid)]));
  process.send?.({ isLinked, unanswered, objects });
});
