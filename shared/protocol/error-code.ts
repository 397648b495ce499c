/**
 * Every way in which VibeSync refuses or fails, as a closed list. A code is for machines, counters and search; its
 * sentence is for a person and says what happened and what to do next. The sentence is the fallback: where the object
 * or file is known, the message that travels with the code names it.
 *
 * Codes are never renamed or reused. Adding one needs only a line here (and `npm run generate`).
 */
export const errorSentence = {
  // The wire
  E_MALFORMED: "A message could not be read. Update the editor's plugin if this happens again.",
  E_OVERSIZED: "A message was larger than the limit. Update the editor's plugin if this happens again.",
  E_PROTOCOL_VERSION:
    "The plugin and VibeSync speak different versions. Install the plugin that came with this VibeSync.",
  E_UNAUTHENTICATED: "The editor could not prove that it may connect. Restart the editor's plugin.",
  E_FOREIGN_ORIGIN: "A web page tried to connect and was refused. Nothing needs to be done.",
  E_HOST: "A connection named the wrong host and was refused. Nothing needs to be done.",
  E_PROJECT_MISMATCH:
    "This scene belongs to another VibeSync project. Open that project, or unlink the scene in the plugin.",
  E_STALE_EPOCH: "The editor had loaded another file meanwhile; the late message was dropped.",
  E_REPLAYED: "A message arrived twice and was counted once.",
  E_RATE: "The editor sent more than the limit allows. It was asked to slow down.",
  E_BUSY: "VibeSync is catching up. The editor keeps its changes and sends them again.",
  E_SESSION_TAKEN: "Another instance of this editor is linked already. Close it, or disconnect it first.",
  E_UNEXPECTED: "A message came at the wrong moment and was ignored.",
  E_TIMEOUT: "The editor did not answer in time. It may be compiling or loading.",
  // The scene
  E_NOT_FINITE: "A number was not finite and was refused. Check the object's values in the editor that sent it.",
  E_CYCLE: "An object cannot be its own ancestor; the parent was left as it was.",
  E_UNKNOWN_ENTITY:
    "A change named an object that VibeSync does not know. The editor was asked to list its scene again.",
  E_KIND: "An identity is used by two kinds of things. The newer one gets an identity of its own.",
  E_FIELD: "A change named a value that this kind of object does not have.",
  E_TOMBSTONED: "The object was deleted in the other editor; the change to it was set aside.",
  E_HORIZON:
    "VibeSync remembers no deletions from so long ago: if something was deleted meanwhile, delete it once more.",
  E_DUPLICATE_UUID: "Two objects carried one identity; the copy was given its own.",
  E_QUARANTINED: "The object is held back until you decide which side to keep.",
  E_CONFLICT: "The object was changed in both editors at once. Choose which version to keep.",
  E_VERIFY_MISMATCH: "An editor shows another value than the one agreed; the last agreed value was put back.",
  E_APPLY: "An editor could not apply a change. Look at the object in that editor.",
  E_LOOP: "A value kept bouncing between the editors; its object is held back until you decide.",
  E_LIMIT: "The scene is larger than the limit that was set.",
  E_INDEX_INCOMPLETE: "An editor's list of its scene stopped half way. It will be asked again.",
  // The disk
  E_WAL_WRITE: "The log could not be written. Nothing was sent. Free some space or check the disk, then resume.",
  E_WAL_FSYNC: "The disk did not confirm a write. VibeSync stopped so that nothing is promised that is not kept.",
  E_WAL_CORRUPT: "The log is damaged in the middle. VibeSync opened in safe mode; a snapshot can be restored.",
  E_WAL_VERSION: "The log was written by a newer VibeSync. Install that version; nothing was changed.",
  E_WAL_TORN: "The last moments before a crash were half written and were set aside; everything confirmed is intact.",
  E_DISK_FULL: "The disk is full. Nothing was lost. Free some space, then resume.",
  E_READ_ONLY: "The project folder cannot be written. Choose another folder or change its permissions.",
  E_PROJECT_LOCKED: "Another VibeSync has this project open. Switch to its window.",
  E_PROJECT_FILE: "The project's settings file could not be read. Restore it, or start a new project in this folder.",
  E_CHECKPOINT: "The saved state could not be written or read; the log is used instead.",
  E_REGISTRY: "An editor's identity backup could not be read; identities are taken from the scene.",
  E_SNAPSHOT: "A snapshot could not be taken. The log keeps everything until one succeeds.",
  E_SNAPSHOT_UNKNOWN: "That snapshot does not exist any more. Choose another one.",
  E_DISK: "The disk refused an operation. Check the project folder, then resume.",
  // The hub
  E_HALTED: "VibeSync stopped itself because something was wrong. Restart the engine; everything confirmed is on disk.",
  E_CRASHED: "VibeSync stopped unexpectedly. What was under way then is sent with more care until it proves harmless.",
  E_EDITOR_LOST:
    "An editor ended without a word while something was being written to it. That is sent with more care now.",
  E_PORT: "No free port was found for the editors. Close another VibeSync, or choose a port in Settings.",
  E_IPC: "The window asked for something that is not allowed.",
  E_PLUGIN_INSTALL: "The plugin could not be installed. Install it by hand from the folder shown.",
  E_BUG: "An internal rule was broken. Export a diagnostics bundle and restart the engine.",
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof errorSentence;

export const errorCodes = Object.keys(errorSentence) as readonly ErrorCode[];
