/**
 * A `window.hub` that answers from a scene, for trying the window without an engine.
 *
 * `installFakeHub` runs inside the page, before its scripts; it must not use anything from outside its own body. What
 * the window asked for is kept in `window.asked`, and `window.pushToWindow` speaks as the hub would.
 */
import type { HubBridge, RequestArgument, TimelineFilter } from "#shared/ipc/contract.ts";
import type { StatusView } from "#shared/ipc/view.ts";
import type { Scene } from "./scenes.ts";

declare global {
  interface Window {
    asked: { readonly channel: string; readonly argument: unknown }[];
    pushToWindow: (channel: string, value: unknown) => void;
    violations: string[];
  }
}

export function installFakeHub(scene: Scene): void {
  const listeners = new Map<string, Set<(value: unknown) => void>>();
  let { status, settings } = scene;
  window.asked = [];
  window.violations = [];
  window.pushToWindow = (channel, value) => {
    for (const listener of listeners.get(channel) ?? []) listener(value);
  };
  document.addEventListener("securitypolicyviolation", (event) => {
    window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
  });

  function tell(change: Partial<StatusView>): null {
    status = { ...status, ...change };
    setTimeout(() => window.pushToWindow("status-changed", status), 20);
    return null;
  }

  function timeline({ before, limit, filter }: RequestArgument<"timeline">) {
    const rows = scene.timeline.filter((row) => (before === null || row.lsn < before) && passes(row, filter));
    return { rows: rows.slice(0, limit), more: rows.length > limit };
  }

  function passes(row: Scene["timeline"][number], filter: TimelineFilter): boolean {
    const words = `${row.name} ${row.summary}`.toLowerCase();
    return (
      (filter.kinds.length === 0 || filter.kinds.includes(row.kind)) &&
      (filter.writer === null || filter.writer === row.writer) &&
      (filter.uuid === null || row.uuids.includes(filter.uuid)) &&
      words.includes(filter.search.toLowerCase())
    );
  }

  function detail({ uuid }: RequestArgument<"object-detail">) {
    const field = (name: string, values: readonly [string, string, string], provisional = false) => ({
      field: name,
      canonical: values[0],
      blender: values[1],
      unity: values[2],
      writer: "blender",
      lsn: 12,
      provisional,
    });
    const object = scene.objects.find((one) => one.uuid === uuid);
    const same = (value: string) => [value, value, value] as const;
    return {
      object,
      fields: [
        field("name", same(object?.name ?? "")),
        field("translation", ["1.25, 2.5, -3.1", "1.25, 3.1, 2.5", "-1.25, 2.5, -3.1"], true),
        field("rotation", ["0, 45, 0 °", "0, 0, 45 °", "0, -45, 0 °"]),
        field("scale", same("1, 1, 1")),
        field("visible", same("yes")),
      ],
      history: scene.timeline.filter((row) => row.uuids.includes(uuid)).slice(0, 20),
    };
  }

  const newest = scene.snapshots[0];
  // biome-ignore lint/suspicious/noExplicitAny: the page's argument; the window is what is tried here.
  const answers: { readonly [channel: string]: (argument: any) => unknown } = {
    status: () => status,
    settings: () => settings,
    "set-settings": (change) => {
      settings = { ...settings, ...change };
      return settings;
    },
    objects: () => ({ objects: scene.objects }),
    "object-detail": detail,
    timeline,
    failures: () => ({ rows: scene.failures }),
    snapshots: ({ before }) => ({ rows: before === null ? scene.snapshots : [], more: false }),
    "snapshot-take": ({ label }) => ({ ...newest, label, reason: "manual", oid: "a".repeat(40), timeMs: Date.now() }),
    "snapshot-preview": () => scene.preview,
    "snapshot-rollback": () => ({ undo: newest?.oid, changed: 155, lsn: 1 }),
    forget: () => null,
    "restore-snapshot": () => ({ objects: 148, takenMs: 0 }),
    "export-scene": () => ({ path: "/people/somebody/scene.json", objects: 148 }),
    setup: () => scene.setup,
    "install-plugin": () => ({ message: "The plugin is installed. Start the editor." }),
    "choose-unity-project": () => ({ path: null }),
    "choose-blender": () => ({ path: null }),
    "choose-project-folder": () => ({ path: null }),
    "set-paused": ({ paused }) =>
      tell(paused ? { mode: "paused", verdict: "paused" } : { mode: "live", verdict: "live" }),
    "set-safe-mode": ({ on }) => tell(on ? { mode: "safe", verdict: "safe-mode" } : { mode: "live", verdict: "live" }),
    "set-demo": ({ on }) => tell({ demo: on }),
    review: () => ({ rows: status.mode === "safe" ? scene.review : [], total: scene.review.length }),
    conflicts: () => ({ rows: scene.conflicts, total: scene.conflicts.length }),
    release: ({ uuids }) => ({ decided: uuids.length }),
    "review-decide": ({ uuids }) => ({ decided: uuids?.length ?? scene.review.length }),
    diagnostics: ({ hidesNames }) => ({
      id: hidesNames ? 1 : 2,
      files: ["README.txt", "status.json", "wal-tail.jsonl"].map((path) => ({
        path,
        bytes: 2_048,
        text: `${path}: ${hidesNames ? "name-1" : "Castle"}\n`.repeat(80),
        isWhole: path !== "wal-tail.jsonl",
      })),
    }),
    "save-diagnostics": () => ({ path: "/people/somebody/vibesync-diagnostics.zip" }),
    about: () => ({
      version: "0.1.0",
      electron: "45.4.1",
      chromium: "156.0.7900.12",
      node: "24.9.0",
      runtime: "packaged",
      protocol: 1,
      platform: "linux x64",
    }),
  };

  const hub: HubBridge = {
    async request(channel, argument) {
      window.asked.push({ channel, argument });
      const answer = answers[channel];
      return { ok: true, value: answer === undefined ? null : answer(argument) };
    },
    on(channel, handler) {
      const handlers = listeners.get(channel) ?? new Set();
      listeners.set(channel, handlers.add(handler));
      return () => handlers.delete(handler);
    },
  };
  Object.defineProperty(window, "hub", { value: hub });
}
