/** A person at the window who decides about everything that is held back, each time another way. */
import { choices } from "#electron/core/record.ts";
import type { Hub } from "#electron/ports/hub.ts";

let decided = 0;

export async function decideAll(handlers: Hub["handlers"]): Promise<void> {
  const answer = await handlers.objects(null);
  if (!answer.ok) return;
  for (const { uuid, state } of answer.value.objects) {
    if (state !== "conflict") continue;
    decided += 1;
    await handlers.release({ uuid, keep: choices[decided % choices.length] });
  }
}
