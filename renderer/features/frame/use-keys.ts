/** Answers the keys of the table in keys.ts, wherever the focus is. */
import { useEffect } from "react";
import { type App, useApp } from "#renderer/app-context.tsx";
import { commandFor, type KeyCommand } from "#renderer/keys.ts";
import { views } from "#renderer/store/ui-store.ts";

const textTypes = new Set(["text", "search", "number", "email", "url", "password"]);

export function useKeys(): void {
  const app = useApp();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat) return;
      const { key, shiftKey: shift, altKey: alt } = event;
      const press = { key, shift, alt, ctrl: event.ctrlKey || event.metaKey };
      const isDialog = app.ui.getState().dialog !== null;
      const command = commandFor(press, { isText: isTextField(event.target), isDialog });
      if (command === null) return;
      event.preventDefault();
      run(app, command);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [app]);
}

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && textTypes.has(target.type));
}

function run({ store, ui, actions }: App, command: KeyCommand): void {
  const mode = store.getState().status?.mode;
  const isRunning = mode !== undefined && mode !== "halted" && mode !== "booting";
  switch (command.kind) {
    case "view": {
      const view = views[command.index];
      if (view) ui.setState({ view });
      return;
    }
    case "settings":
      return ui.setState({ view: "settings" });
    case "pause":
      if (isRunning && mode !== "safe") void actions.setPaused(mode !== "paused");
      return;
    case "safe-mode":
      if (isRunning) void actions.setSafeMode(mode !== "safe");
      return;
    case "snapshot":
      if (isRunning) void actions.takeSnapshot();
      return;
    case "search":
      return ui.setState(({ view }) => ({ view: view === "timeline" ? view : "objects", searchAsked: true }));
    case "inspector":
      return ui.setState(({ inspectorOpen }) => ({ inspectorOpen: !inspectorOpen }));
    case "follow":
      return ui.setState(({ follow }) => ({ follow: !follow }));
    case "keys":
      return ui.setState({ dialog: { kind: "keys" } });
  }
}
