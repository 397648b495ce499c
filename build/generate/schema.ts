/**
 * The wire's JSON Schema, from the zod messages.
 *
 * Reads shared/protocol; must never add a rule of its own: what is not in zod is not in the schema. Both unions are
 * registered by name so that the plugins find them under `$defs`.
 */
import { z } from "zod";
import { downMessageSchema } from "#shared/protocol/down.ts";
import { upMessageSchema } from "#shared/protocol/up.ts";
import { protocolVersion } from "#shared/protocol/version.ts";

type JsonObject = { [key: string]: unknown };

export function wireSchema(): JsonObject {
  const both = z.strictObject({
    up: upMessageSchema.meta({ id: "UpMessage" }),
    down: downMessageSchema.meta({ id: "DownMessage" }),
  });
  const { $defs } = z.toJSONSchema(both, { target: "draft-2020-12", io: "input" }) as { $defs: JsonObject };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `VibeSync wire protocol ${protocolVersion}`,
    $defs: Object.fromEntries(Object.entries($defs).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
