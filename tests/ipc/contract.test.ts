/** The names that the sandboxed preload lets through are those of the contract, no more and no fewer. */
import { expect, it } from "vitest";
import { merges } from "#electron/ipc/merge.ts";
import { pushChannels, requestChannels } from "#shared/ipc/channels.ts";
import { pushes, requests } from "#shared/ipc/contract.ts";

it("the preload's request channels are the contract's", () => {
  expect([...requestChannels].sort()).toEqual(Object.keys(requests).sort());
});

it("the preload's push channels are the contract's, and each knows how to be merged", () => {
  expect([...pushChannels].sort()).toEqual(Object.keys(pushes).sort());
  expect(Object.keys(merges).sort()).toEqual(Object.keys(pushes).sort());
});
