/**
 * Stamps order writes to one field: the higher stamp wins, whatever order the writes arrive in.
 *
 * A stamp is one integer, `lamport × 16 + writer`, so that comparing two stamps is comparing two numbers and no two
 * writers can make the same one. 2^53 leaves room for 5 × 10^14 lamport steps.
 */

export const writers = { none: 0, blender: 1, unity: 2, assistant: 14, hub: 15 } as const;
export type Writer = keyof typeof writers;

const writersPerLamport = 16;
const writerNames: readonly (Writer | undefined)[] = Array.from({ length: writersPerLamport }, (_, number) =>
  (Object.keys(writers) as Writer[]).find((name) => writers[name] === number),
);

export function stampOf(lamport: number, writer: Writer): number {
  return lamport * writersPerLamport + writers[writer];
}

export function lamportOf(stamp: number): number {
  return Math.floor(stamp / writersPerLamport);
}

export function writerOf(stamp: number): Writer {
  return writerNames[stamp % writersPerLamport] ?? "none";
}
