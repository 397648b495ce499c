/**
 * Loaded into the hub of the bench before its own program: makes each fdatasync take as much longer as the bench says
 * over the process's channel. The disk below stays the real one. JavaScript, because the hub there is plain Node.
 */
import fs from "node:fs";
import { isMainThread } from "node:worker_threads";

let addedMs = 0;
const fdatasync = fs.fdatasync;

/**
 * @param {number} fd
 * @param {fs.NoParamCallback} done
 */
function slowly(fd, done) {
  fdatasync(fd, (error) => {
    if (addedMs > 0) setTimeout(done, addedMs, error);
    else done(error);
  });
}

// The worker that takes snapshots is given the same options.
if (isMainThread) {
  fs.fdatasync = Object.assign(slowly, { __promisify__: fdatasync.__promisify__ });
  process.on("message", (message) => {
    addedMs = Number(message);
  });
}
