/** Proofs against an independent computation (the literal vectors come from Python's hmac). */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { isSameProof, newSecret, proofOf, proofText, type Side } from "#electron/transport/pairing.ts";
import type { Hello, roles } from "#shared/protocol/handshake.ts";
import { hello } from "./wire-harness.ts";

type ProofCase = {
  name: string;
  token: string;
  side: Side;
  role: (typeof roles)[number];
  instance: string;
  project: string | null;
  protocolMax: number;
  clientNonce: string;
  serverNonce: string;
  proof: string;
};
const cases = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "../../shared/protocol/vectors/proofs.json"), "utf8"),
) as ProofCase[];

describe("[WIRE-2] proofs", () => {
  it.each(cases.map((one) => [one.name, one] as const))("%s", (_, one) => {
    const { role, instance, project, protocolMax, clientNonce } = one;
    const said: Hello = {
      ...hello,
      role,
      instance,
      project,
      nonce: clientNonce,
      protocol: { min: 1, max: protocolMax },
    };
    expect(proofOf(one.token, proofText(one.side, said, one.serverNonce))).toBe(one.proof);
  });

  it("differ in whatever differs: side, nonces, role, instance, project, version, token", () => {
    const other = "0".repeat(64);
    const texts = [
      proofText("hub", hello, other),
      proofText("editor", hello, other),
      proofText("hub", hello, hello.nonce),
      proofText("hub", { ...hello, nonce: other }, other),
      proofText("hub", { ...hello, role: "unity" }, other),
      proofText("hub", { ...hello, instance: hello.instance.replaceAll("5", "6") }, other),
      proofText("hub", { ...hello, project: hello.instance }, other),
      proofText("hub", { ...hello, protocol: { min: 1, max: 2 } }, other),
    ];
    const proofs = [...texts.map((text) => proofOf("a".repeat(64), text)), proofOf("b".repeat(64), texts[0] ?? "")];
    expect(new Set(proofs).size).toBe(proofs.length);
  });

  it("are equal only to themselves", () => {
    const proof = proofOf("a".repeat(64), "x");
    expect(isSameProof(proof, proof)).toBe(true);
    expect(isSameProof(proof, proof.slice(1))).toBe(false);
    expect(isSameProof(proof, `${proof.slice(0, 63)}${proof.endsWith("0") ? "1" : "0"}`)).toBe(false);
    expect(isSameProof(proof, "")).toBe(false);
  });

  it("a secret has 256 bits and is never the same", () => {
    const secrets = Array.from({ length: 100 }, newSecret);
    expect(new Set(secrets).size).toBe(100);
    for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{64}$/);
  });
});
