/**
 * How an editor and the hub come to trust each other: hello → challenge → auth → welcome, or refused.
 *
 * Both know the token of the discovery file and neither ever sends it. Proofs are lower-case hex HMAC-SHA256 with the
 * token's bytes (UTF-8 of its text) as key over the UTF-8 of `vibesync|<side>|<client nonce>|<server
 * nonce>|<role>|<instance>|<project or ->|<protocol max>`, side being "hub" or "editor". The editor checks the hub's
 * proof before it sends its own, so that a process squatting the port learns nothing.
 */
import { z } from "zod";
import { uuidSchema } from "../ids.ts";
import { errorCodes } from "./error-code.ts";
import { wireLimits } from "./limits.ts";
import { epochSchema, lsnSchema, stampSchema } from "./operation.ts";

const hex64 = z
  .string()
  .length(64)
  .regex(/^[0-9a-f]{64}$/);
const shortText = z.string().max(200);
const versionNumber = z.int().min(1).max(65_535);

export const errorCodeSchema = z.enum(errorCodes as readonly [(typeof errorCodes)[number]]).meta({ id: "ErrorCode" });
export const messageTextSchema = z.string().max(wireLimits.messageLengthMax);
export const roles = ["blender", "unity"] as const;
export type Role = (typeof roles)[number];

/** The file or scene that the editor has open. `uuid` is stored inside it; null until the plugin has stored one. */
export const documentSchema = z
  .strictObject({ uuid: uuidSchema.nullable(), name: shortText, saved: z.boolean() })
  .meta({ id: "Document" });

export type Document = z.infer<typeof documentSchema>;

export const helloSchema = z.strictObject({
  kind: z.literal("hello"),
  protocol: z.strictObject({ min: versionNumber, max: versionNumber }),
  role: z.enum(roles),
  editor: z.strictObject({ name: shortText, version: shortText }),
  plugin: shortText,
  /** Made once per editor process (it survives a Unity domain reload); tells a reconnect from a second editor. */
  instance: uuidSchema,
  /** The project the open scene was linked to before; null when it never was. */
  project: uuidSchema.nullable(),
  document: documentSchema,
  epoch: epochSchema,
  nonce: hex64,
  /**
   * Where to go on: the log's id and the last position applied, with all shadows still in memory. Null asks for an
   * index.
   */
  resume: z.strictObject({ log: uuidSchema, lsn: lsnSchema }).nullable(),
});

export const challengeSchema = z.strictObject({ kind: z.literal("challenge"), nonce: hex64, proof: hex64 });

export const authSchema = z.strictObject({ kind: z.literal("auth"), proof: hex64 });

export const modes = ["booting", "indexing", "live", "paused", "safe", "halted"] as const;
export const modeSchema = z.enum(modes).meta({ id: "Mode" });
export type Mode = z.infer<typeof modeSchema>;

export const welcomeSchema = z.strictObject({
  kind: z.literal("welcome"),
  protocol: versionNumber,
  session: uuidSchema,
  project: uuidSchema,
  projectName: shortText,
  log: uuidSchema,
  lsn: lsnSchema,
  /** The highest stamp the hub has seen; the editor's next one must be above it. */
  stamp: stampSchema,
  mode: modeSchema,
  /** True: go on from `resume.lsn`, resend what was not accepted. False: send a full index. */
  resumed: z.boolean(),
});

export const refusedSchema = z.strictObject({
  kind: z.literal("refused"),
  code: errorCodeSchema,
  message: messageTextSchema,
});

export type Hello = z.infer<typeof helloSchema>;
export type Welcome = z.infer<typeof welcomeSchema>;
