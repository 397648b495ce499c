/** The wire does not change by accident. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { generatedOutputs, repositoryRoot, wireFingerprint } from "#build/generate/outputs.ts";
import { headerBytes, rowBytes } from "#shared/protocol/binary.ts";
import { wireLimits } from "#shared/protocol/limits.ts";
import {
  protocolHistory,
  protocolVersion,
  protocolVersionMin,
  websocketSubprotocol,
} from "#shared/protocol/version.ts";

describe("the protocol's version", () => {
  it("[WIRE-32] the newest line of protocolHistory is the wire as it is", () => {
    const newest = protocolHistory.at(-1);
    const hint =
      "The wire changed: add a line to protocolHistory (a new version once one is released) with this fingerprint.";
    expect(newest?.fingerprint, hint).toBe(wireFingerprint());
    expect(newest?.version).toBe(protocolVersion);
  });

  it("[WIRE-32] versions count up without gaps, and the oldest that is spoken is among them", () => {
    expect(protocolHistory.map(({ version }) => version)).toEqual(protocolHistory.map((_, index) => index + 1));
    expect(protocolVersionMin).toBeGreaterThanOrEqual(1);
    expect(protocolVersionMin).toBeLessThanOrEqual(protocolVersion);
    expect(websocketSubprotocol).toBe(`vibesync.v${protocolVersionMin}`);
  });

  it("[WIRE-30] the largest frame of rows fits the limit of a binary frame", () => {
    expect(headerBytes + wireLimits.rowsPerFrameMax * rowBytes).toBeLessThanOrEqual(wireLimits.binaryFrameBytesMax);
  });
});

describe("generated files", () => {
  it.each([...generatedOutputs()])("%s is what `npm run generate` writes", (file, content) => {
    expect(readFileSync(path.join(repositoryRoot, file), "utf8")).toBe(content);
  });
});
