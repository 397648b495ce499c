/** A person at the window who decides about everything that is held back, each time another way. */
import type { Hub } from "#electron/ports/hub.ts";
import { choices } from "#shared/choice.ts";

let decided = 0;

export async function decideAll(handlers: Hub["handlers"]): Promise<void> {
  const answer = await handlers.conflicts(null);
  if (!answer.ok) return;
  for (const { uuid } of answer.value.rows) {
    decided += 1;
    await handlers.release({ uuids: [uuid], keep: choices[decided % choices.length] ?? "agreed" });
  }
}
