/**
 * How the three parts of the app are bundled: main (Node, CommonJS), preload (one sandboxed CommonJS file) and client
 * (the window).
 *
 * Main takes every dependency in, so that the package carries no node_modules apart from the optional native
 * `bufferutil`. It is CommonJS because privileged schemes must be registered before `ready`, and an ES module main may
 * be loaded too late. Entry points besides electron/main.ts are found on disk: electron/headless.ts, and every
 * electron/<folder>/worker.ts, which becomes out/main/<folder>-worker.cjs.
 *
 * `vite build --app` builds all three; build/bundle.mjs is the command that people use.
 */
import fs from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const root = import.meta.dirname;
const nodeModules = [...builtinModules, ...builtinModules.map((name) => `node:${name}`)];
const neverBundled = ["electron", "bufferutil", "utf-8-validate"];
/** build/dev.mjs serves the window itself and builds the rest. */
const environmentNames = (process.env.VIBESYNC_BUILD_ONLY ?? "main,preload,client").split(",");

function mainEntries(): Record<string, string> {
  const entries: Record<string, string> = { main: path.join(root, "electron/main.ts") };
  const headless = path.join(root, "electron/headless.ts");
  if (fs.existsSync(headless)) entries.headless = headless;
  for (const folder of fs.readdirSync(path.join(root, "electron"))) {
    const worker = path.join(root, "electron", folder, "worker.ts");
    if (fs.existsSync(worker)) entries[`${folder}-worker`] = worker;
  }
  return entries;
}

export default defineConfig({
  root: path.join(root, "renderer"),
  base: "./",
  clearScreen: false,
  plugins: [react()],
  environments: {
    main: {
      consumer: "server",
      resolve: { noExternal: true, external: [...nodeModules, ...neverBundled] },
      build: {
        outDir: path.join(root, "out/main"),
        emptyOutDir: true,
        target: "node20",
        sourcemap: true,
        minify: false,
        rolldownOptions: {
          input: mainEntries(),
          platform: "node",
          output: { format: "cjs", entryFileNames: "[name].cjs", chunkFileNames: "[name]-[hash].cjs" },
        },
      },
    },
    preload: {
      consumer: "server",
      resolve: { noExternal: true, external: ["electron"] },
      build: {
        outDir: path.join(root, "out/preload"),
        emptyOutDir: true,
        target: "chrome130",
        minify: false,
        rolldownOptions: {
          input: { preload: path.join(root, "electron/preload.ts") },
          output: { format: "cjs", entryFileNames: "[name].cjs", codeSplitting: false },
        },
      },
    },
    client: {
      build: {
        outDir: path.join(root, "out/renderer"),
        emptyOutDir: true,
        target: "chrome130",
        sourcemap: true,
        // Inlined fonts would be data: URIs, which the window's content security policy refuses.
        assetsInlineLimit: 0,
        // The window is read from disk, in one piece; the limit is there to notice a dependency that doubles it.
        chunkSizeWarningLimit: 1_200,
      },
    },
  },
  builder: {
    async buildApp(builder) {
      for (const name of environmentNames) {
        const environment = builder.environments[name];
        if (environment) await builder.build(environment);
      }
    },
  },
});
