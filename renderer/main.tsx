/**
 * The window's composition root: makes the client, the stores, the cache and the actions, and draws.
 *
 * Must never: wait for the hub before drawing. The frame is there at once and says what is missing.
 */
import "./cache/zod-setup.ts";
import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "./tokens.css";
import "./global.css";
import { CSPProvider } from "@base-ui/react/csp-provider";
import { Toast } from "@base-ui/react/toast";
import { createRoot } from "react-dom/client";
import { defined } from "#shared/assert.ts";
import { createActions } from "./actions.ts";
import { App } from "./app.tsx";
import { AppContext } from "./app-context.tsx";
import { openDatabase } from "./cache/database.ts";
import { readPreferences, writePreferences } from "./cache/preferences.ts";
import { createPageCache } from "./cache/timeline-pages.ts";
import { windowHub } from "./hub-client.ts";
import { texts } from "./messages/texts.ts";
import { connectStore } from "./store/connect.ts";
import { createHubStore } from "./store/hub-store.ts";
import { createUiStore, isView, preferencesOf, showObject } from "./store/ui-store.ts";
import { Toasts } from "./ui/toasts.tsx";
import { TooltipProvider } from "./ui/tooltip.tsx";

const preferencesDelayMs = 500;
const tooltipDelayMs = 400;

const hub = windowHub();
const store = createHubStore();
const database = openDatabase();
const ui = createUiStore(await readPreferences(database));
const toasts = Toast.createToastManager();
const actions = createActions({ hub, store, ui, toasts });
const pages = createPageCache(database, Date.now);

function keepPreferences(): void {
  let timer = 0;
  ui.subscribe((state) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void writePreferences(database, preferencesOf(state)), preferencesDelayMs);
  });
}

function listen(): void {
  hub.on("close-asked", () => ui.setState({ dialog: { kind: "close-asked" } }));
  hub.on("show-view", ({ view, uuid }) => {
    if (uuid !== null) showObject(ui, uuid);
    else if (isView(view)) ui.setState({ view });
    else if (view === "diagnostics") ui.setState({ dialog: { kind: "diagnostics" } });
  });
}

async function connect(): Promise<void> {
  const failures = await connectStore(hub, store);
  const [first] = failures;
  if (first) actions.showProblem(texts.problems.first, first);
  if (store.getState().settings?.firstRunDone === false) ui.setState({ view: "setup" });
}

listen();
keepPreferences();
createRoot(defined(document.getElementById("root"), "index.html has a #root")).render(
  <CSPProvider disableStyleElements>
    <AppContext value={{ hub, store, ui, actions, pages }}>
      <TooltipProvider delay={tooltipDelayMs}>
        <App />
      </TooltipProvider>
      <Toasts manager={toasts} closeLabel={texts.close} />
    </AppContext>
  </CSPProvider>,
);
await connect();
