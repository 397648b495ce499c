/** The objects that are held back, with the reason the hub counted for them. */
import { useMemo } from "react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { StateIcon } from "#renderer/features/frame/state-mark.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { conflicts } from "#renderer/store/scene-objects.ts";
import { showObject } from "#renderer/store/ui-store.ts";
import { Button, TextButton } from "#renderer/ui/button.tsx";
import { Card } from "#renderer/ui/card.tsx";
import rows from "./rows.module.css";

const shownMax = 5;

export function NeedsYouCard() {
  const { ui } = useApp();
  const objects = useHubState((state) => state.objects);
  const failures = useHubState((state) => state.failures);
  const waiting = useMemo(() => conflicts(objects), [objects]);
  const reasons = useMemo(() => new Map(failures.map((row) => [row.uuid, row.message])), [failures]);
  const openAll = () =>
    ui.setState(({ objectFilter }) => ({
      view: "objects",
      objectFilter: { ...objectFilter, search: "", state: "conflict" },
    }));
  return (
    <Card
      title={texts.home.needsYou}
      badge={waiting.length}
      action={waiting.length > 0 && <TextButton onClick={openAll}>{texts.home.openAll}</TextButton>}
    >
      {waiting.length === 0 && <p className={rows.nothing}>{texts.home.nothingNeedsYou}</p>}
      <ul>
        {waiting.slice(0, shownMax).map(({ uuid, name }) => (
          <li key={uuid} className={rows.row}>
            <StateIcon state="conflict" />
            <div className={rows.main}>
              <TextButton onClick={() => showObject(ui, uuid)}>{name}</TextButton>
              <p className={rows.why}>{reasons.get(uuid) ?? texts.home.conflictWhy}</p>
            </div>
            <Button
              aria-label={`${texts.objects.release} ${name}`}
              onClick={() => ui.setState({ dialog: { kind: "release", uuid, name } })}
            >
              {texts.objects.release}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
