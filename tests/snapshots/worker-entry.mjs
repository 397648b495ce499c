/** Starts electron/snapshots/worker.ts from source: a thread does not inherit the loader of the test that starts it. */
import { register } from "tsx/esm/api";

register();
await import("#electron/snapshots/worker.ts");
