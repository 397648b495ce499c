/**
 * The only thing the page gets from Electron: `window.hub`, two functions that carry plain values.
 *
 * Owns: the list of channels that may pass (shared/ipc/channels.ts) and nothing else. It runs sandboxed and is bundled
 * into one CommonJS file, so it must stay free of zod; the schemas are checked in the main process
 * (electron/ipc/router.ts).
 * Must never: hand the page an Electron object (`ipcRenderer`, an event), or let a channel through that is not listed.
 */
import { contextBridge, type IpcRendererEvent, ipcRenderer } from "electron";
import { pushChannels, pushTransport, requestChannels, requestTransport } from "#shared/ipc/channels.ts";
import type { HubBridge } from "#shared/ipc/contract.ts";

const requestable: ReadonlySet<string> = new Set(requestChannels);
const pushable: ReadonlySet<string> = new Set(pushChannels);

const refusal = {
  ok: false,
  failure: { code: "E_IPC", message: "The window asked for something that is not allowed." },
} as const;

const bridge: HubBridge = {
  request: (channel, argument) => {
    if (!requestable.has(channel)) return Promise.resolve(refusal);
    return ipcRenderer.invoke(requestTransport, channel, argument);
  },
  on: (channel, handler) => {
    if (!pushable.has(channel)) return () => undefined;
    const listener = (_event: IpcRendererEvent, pushed: unknown, value: unknown) => {
      if (pushed === channel) handler(value);
    };
    ipcRenderer.on(pushTransport, listener);
    return () => {
      ipcRenderer.off(pushTransport, listener);
    };
  },
};

contextBridge.exposeInMainWorld("hub", bridge);
