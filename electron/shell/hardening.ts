/**
 * Takes away from every page of the app what it never needs.
 *
 * Owns: the rules for all web contents, also ones that nobody meant to make: no permission, no navigation, no second
 * window, no webview, no file dragged in as a page. `docs/security.md` lists them.
 * Must never: be relaxed for one feature. The development server is the one exception, in apps that are not packaged.
 */
import { app, type Session, type WebContents } from "electron";

export function hardenApp(onRefused: (what: string, url: string) => void): void {
  app.on("web-contents-created", (_event, contents) => hardenContents(contents, onRefused));
  app.on("select-client-certificate", (event) => event.preventDefault());
  app.on("login", (event) => event.preventDefault());
}

export function hardenSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  // Nothing here is ever downloaded; a crafted link must not write a file.
  session.on("will-download", (event) => event.preventDefault());
  session.setSpellCheckerEnabled(false);
}

function hardenContents(contents: WebContents, onRefused: (what: string, url: string) => void): void {
  contents.setWindowOpenHandler(({ url }) => {
    onRefused("window-open", url);
    return { action: "deny" };
  });
  contents.on("will-navigate", (event) => {
    // A reload of the page itself (development, crash recovery) is no navigation away.
    if (event.url === contents.getURL()) return;
    event.preventDefault();
    onRefused("navigation", event.url);
  });
  contents.on("will-frame-navigate", (event) => {
    if (event.isMainFrame) return;
    event.preventDefault();
    onRefused("frame", event.url);
  });
  contents.on("will-redirect", (event) => {
    event.preventDefault();
    onRefused("redirect", event.url);
  });
  contents.on("will-attach-webview", (event) => {
    event.preventDefault();
    onRefused("webview", "");
  });
}
