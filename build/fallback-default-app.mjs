/**
 * The default app of the stand-in runtime (build/fallback-runtime.mjs): runs inside Electron, not inside the build.
 *
 * It does the part of Electron's own default app that VibeSync needs: take the first argument that is no switch as an
 * app folder, give the app its name, version and folders, and load its main module. It must finish loading before
 * `ready`.
 */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { app } from "electron";

// @ts-expect-error a real property of Electron's process, missing in Node's types
process.defaultApp = true;
const position = process.argv.findIndex((argument, index) => index > 0 && !argument.startsWith("-"));
const folder = path.resolve(process.argv[position] ?? "");
const manifestFile = path.join(folder, "package.json");
if (position < 0 || !fs.existsSync(manifestFile)) {
  console.error("usage: electron <app folder>");
  app.exit(1);
} else {
  // Switches before the folder were Chromium's; the app sees argv as it would when packaged, plus its folder.
  process.argv.splice(1, position - 1);
  const manifest = JSON.parse(fs.readFileSync(manifestFile, "utf8"));
  // @ts-expect-error Electron's own default app uses it; it is not documented.
  app.setVersion(manifest.version ?? "0.0.0");
  app.setName(manifest.productName ?? manifest.name ?? "Electron");
  app.setDesktopName(`${manifest.name ?? "electron"}.desktop`);
  // @ts-expect-error as above
  app.setAppPath(folder);
  app.setPath("userData", path.join(app.getPath("appData"), app.getName()));
  await import(pathToFileURL(path.resolve(folder, manifest.main ?? "index.js")).href);
}
