/**
 * How an editor finds the hub: `hub.json` in `$VIBESYNC_HOME`, or in `.vibesync` in the user's home folder. The folder
 * is 0700 and the file 0600; whoever can read it is the user. It is rewritten at every start and removed at exit.
 */
import { z } from "zod";
import { uuidSchema } from "../ids.ts";

export const discoverySchema = z.strictObject({
  protocol: z.strictObject({ min: z.int(), max: z.int() }),
  hub: z.string(),
  host: z.literal("127.0.0.1"),
  port: z.int().min(1).max(65_535),
  /** 64 hex digits, new at every start. */
  token: z.string().length(64),
  pid: z.int(),
  startedMs: z.number(),
  project: z.strictObject({ id: uuidSchema, name: z.string() }),
});
export type Discovery = z.infer<typeof discoverySchema>;

/** The ports tried, in order: the first free one is taken. */
export const portFirst = 47_810;
export const portLast = 47_829;
export const socketPath = "/vibesync";
