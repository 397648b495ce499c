/** The preload's list of channel names, which needs no zod, and the contract's are the same list. */
import { expect, it } from "vitest";
import { pushChannels, requestChannels } from "#shared/ipc/channels.ts";
import { pushes, requests } from "#shared/ipc/contract.ts";

it("every request channel of the contract is in the list, and no other", () => {
  expect([...requestChannels].sort()).toEqual(Object.keys(requests).sort());
  expect(new Set(requestChannels).size).toBe(requestChannels.length);
});

it("every push channel of the contract is in the list, and no other", () => {
  expect([...pushChannels].sort()).toEqual(Object.keys(pushes).sort());
  expect(new Set(pushChannels).size).toBe(pushChannels.length);
});
