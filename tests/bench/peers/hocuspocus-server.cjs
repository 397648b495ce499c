/**
 * The other process of hocuspocus.ts: a Hocuspocus server as its documentation sets it up, which stores documents in
 * SQLite. `node hocuspocus-server.cjs <folder of the packages> <database> <seldom|each>`; tells its parent its port, and
 * when it is asked, that all is stored.
 */
const { createRequire } = require("node:module");
const { createServer } = require("node:net");
const path = require("node:path");

const [folder = "", file = "", storing = ""] = process.argv.slice(2);
const load = createRequire(path.join(folder, "package.json"));
const Database = load("better-sqlite3");
const { Server } = load("@hocuspocus/server");
const { Database: Storage } = load("@hocuspocus/extension-database");

const database = new Database(file);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("CREATE TABLE IF NOT EXISTS documents (name TEXT PRIMARY KEY, data BLOB)");
const read = database.prepare("SELECT data FROM documents WHERE name = ?");
const write = database.prepare("INSERT OR REPLACE INTO documents (name, data) VALUES (?, ?)");

const storage = new Storage({
  fetch: async ({ documentName }) => read.get(documentName)?.data ?? null,
  store: async ({ documentName, state }) => {
    write.run(documentName, state);
  },
});

/** A port that is free now: the server wants one by number. */
function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Runs of its storing wait for one another: when it is idle for a moment, none is left. */
function tellWhenStored(server) {
  const { debouncer } = server.hocuspocus;
  let idle = 0;
  const timer = setInterval(() => {
    const id = "onStoreDocument-scene";
    idle = debouncer.isDebounced(id) || debouncer.isCurrentlyExecuting(id) ? 0 : idle + 1;
    if (idle < 5) return;
    clearInterval(timer);
    process.send?.("stored");
  }, 1);
}

(async () => {
  const port = await freePort();
  const often = storing === "each" ? { debounce: 0 } : {};
  const server = new Server({ address: "127.0.0.1", port, quiet: true, extensions: [storage], ...often });
  await server.listen();
  process.on("message", () => tellWhenStored(server));
  process.send?.(port);
})();
