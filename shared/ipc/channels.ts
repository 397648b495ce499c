/** The channel names alone, so that the preload needs no zod. A test holds them against the contract. */

export const requestChannels = [
  "status",
  "objects",
  "object-detail",
  "timeline",
  "failures",
  "snapshots",
  "snapshot-take",
  "snapshot-name",
  "snapshot-preview",
  "snapshot-rollback",
  "set-paused",
  "set-safe-mode",
  "conflicts",
  "release",
  "forget",
  "review",
  "review-decide",
  "restart-engine",
  "restore-snapshot",
  "export-scene",
  "setup",
  "install-plugin",
  "choose-unity-project",
  "choose-blender",
  "choose-project-folder",
  "set-demo",
  "settings",
  "set-settings",
  "show-folder",
  "diagnostics",
  "save-diagnostics",
  "close-decided",
  "about",
] as const;

export const pushChannels = [
  "status-changed",
  "objects-changed",
  "timeline-grew",
  "failures-changed",
  "snapshots-changed",
  "close-asked",
  "show-view",
] as const;

/**
 * The two Electron channels underneath: everything travels as `[channel, value]` on one of them, so that a channel
 * nobody knows reaches the router, is refused with a code and is counted, instead of failing inside Electron.
 */
export const requestTransport = "vibesync:request";
export const pushTransport = "vibesync:push";
