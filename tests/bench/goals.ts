/** What the figures should be: the table that the bench's main holds them against. */

export type Goal = { readonly pattern: RegExp; readonly atMost?: number; readonly atLeast?: number };

export const goals: readonly Goal[] = [
  { pattern: /^hub, durable hop of a structural change, p50$/, atMost: 1 },
  { pattern: /^hub, durable hop \/ \(relay \+ fdatasync\), p50$/, atMost: 3 },
  { pattern: /^hub, durable updates, (100|1000) a frame$/, atLeast: 200_000 },
  { pattern: /^preview hop, fdatasync \+ .*, p99$/, atMost: 33 },
  { pattern: /^log \/ SQLite FULL, /, atLeast: 3 },
  { pattern: /^hub \/ Hocuspocus \+ SQLite, /, atLeast: 5 },
  { pattern: /^commit of 1 record \/ bare/, atMost: 2.5 },
  { pattern: /^hub memory, /, atMost: 350 },
  { pattern: /^boot with 100000 records to replay/, atMost: 0.5 },
  { pattern: /^saving 100000 objects, longest turn$/, atMost: 16 },
  { pattern: /^restart with 100000 objects and 64 MiB/, atMost: 2 },
  { pattern: /^snapshot, (1|10|100) of 10000 changed$/, atMost: 20 },
  { pattern: /^git add -A && git commit \/ snapshot$/, atLeast: 15 },
  { pattern: /^Blender .*, idle tick, p50$/, atMost: 5 },
  { pattern: /^Blender .*, tick while listing, p50$/, atMost: 8 },
  { pattern: /^Blender .*, tick while listing, p99$/, atMost: 16 },
  { pattern: /^app start to first paint, warm$/, atMost: 1_200 },
];
