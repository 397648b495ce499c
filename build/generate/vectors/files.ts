/** Every vector file and its content. Written by `npm run generate`; read by the tests of all three languages. */
import { conversions } from "./conversions.ts";
import { messagesDown } from "./messages-down.ts";
import { messagesUp } from "./messages-up.ts";
import { transforms } from "./transforms.ts";
import { epsilon, proofs, stamps } from "./values.ts";

const lists = {
  "messages-up": messagesUp,
  "messages-down": messagesDown,
  transforms,
  conversions,
  epsilon,
  stamps,
  proofs,
};

/** Path from the root → content: a JSON array with one case a line, so that a difference names the case. */
export function vectorFiles(): readonly (readonly [string, string])[] {
  return Object.entries(lists).map(([name, cases]) => [
    `shared/protocol/vectors/${name}.json`,
    `[\n${cases.map((one: unknown) => ` ${JSON.stringify(one)}`).join(",\n")}\n]\n`,
  ]);
}
