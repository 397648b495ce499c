/** The objects that are held back, each with its reason, and the way to choose between its versions. */
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { StateIcon } from "#renderer/features/frame/state-mark.tsx";
import { isUnread } from "#renderer/features/frame/unread.tsx";
import { useQueue } from "#renderer/features/frame/use-queue.ts";
import { texts } from "#renderer/messages/texts.ts";
import { showConflict, showObject } from "#renderer/store/ui-store.ts";
import { Button, TextButton } from "#renderer/ui/button.tsx";
import { Card } from "#renderer/ui/card.tsx";
import rows from "./rows.module.css";

const shownMax = 5;

export function NeedsYouCard() {
  const { ui } = useApp();
  const conflicts = useQueue("conflicts");
  const unread = useHubState(({ status }) => isUnread(status));
  const waiting = conflicts?.rows ?? [];
  const { decide } = texts.conflicts;
  return (
    <Card
      title={texts.home.needsYou}
      badge={conflicts?.total ?? 0}
      action={
        waiting.length > 0 && (
          <TextButton onClick={() => ui.setState({ view: "conflicts" })}>{texts.home.openAll}</TextButton>
        )
      }
    >
      {waiting.length === 0 && (
        <p className={rows.nothing}>{unread ? texts.unread.needsYou : texts.home.nothingNeedsYou}</p>
      )}
      <ul>
        {waiting.slice(0, shownMax).map(({ uuid, name, why }) => (
          <li key={uuid} className={rows.row}>
            <StateIcon state="conflict" />
            <div className={rows.main}>
              <TextButton onClick={() => showObject(ui, uuid)}>{name}</TextButton>
              <p className={rows.why}>{why}</p>
            </div>
            <Button aria-label={`${decide} ${name}`} onClick={() => showConflict(ui, uuid)}>
              {decide}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
