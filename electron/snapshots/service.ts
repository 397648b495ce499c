/**
 * Answers calls with one store: the worker's inside, also usable without a worker.
 *
 * Owns: which repository is open. Calls before the first `open`, or after one that failed, get a failure; the client
 * opens again after every restart.
 * Must never: reject for an expected failure. It rejects for bugs only, and whoever holds it then ends it.
 */
import type { Disk } from "#electron/ports/disk.ts";
import type { Snapshots } from "#electron/ports/snapshots.ts";
import { failure, type Result, success } from "#shared/result.ts";
import type { SnapshotCall } from "./messages.ts";
import { SnapshotStore } from "./store.ts";

const notOpen = failure("E_SNAPSHOT", "The snapshot history is not open. Open a project first.");

export class SnapshotService {
  readonly #disk: Disk;
  #store: Promise<Result<SnapshotStore>> = Promise.resolve(notOpen);

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  async answer(call: SnapshotCall): Promise<Result<unknown>> {
    if (call.kind === "open") this.#store = SnapshotStore.open(call.folder, this.#disk);
    const store = await this.#store;
    if (!store.ok) return store;
    return call.kind === "open" ? success(store.value.opening) : perform(store.value, call);
  }
}

function perform(store: Snapshots, call: Exclude<SnapshotCall, { kind: "open" }>): Promise<Result<unknown>> {
  switch (call.kind) {
    case "commit":
      return store.commit(call.request);
    case "list":
      return store.list(call.query);
    case "read":
      return store.read(call.oid);
    case "name":
      return store.name(call.oid, call.label);
    case "tidy":
      return store.tidy();
  }
}
