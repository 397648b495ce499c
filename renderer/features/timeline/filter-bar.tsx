/** What of the log is shown: words, who, which kinds, one object; and whether it follows. */
import { ArrowDownToLine, FilterX } from "lucide-react";
import { useCallback } from "react";
import { useApp, useHubState, useUi } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { timelineWords, writerWords } from "#renderer/messages/words.ts";
import { isFiltered, noFilter } from "#renderer/store/timeline-tail.ts";
import { Button } from "#renderer/ui/button.tsx";
import { CheckMenu } from "#renderer/ui/check-menu.tsx";
import { ChoiceChips } from "#renderer/ui/choice-chips.tsx";
import { SearchField } from "#renderer/ui/search-field.tsx";
import { Tooltip } from "#renderer/ui/tooltip.tsx";
import type { TimelineFilter } from "#shared/ipc/contract.ts";
import type { TimelineRow } from "#shared/ipc/view.ts";
import styles from "./timeline.module.css";

type WriterChoice = "all" | NonNullable<TimelineFilter["writer"]>;

const writerChoices: readonly { readonly value: WriterChoice; readonly label: string }[] = [
  { value: "all", label: texts.timeline.everyone },
  { value: "blender", label: writerWords.blender },
  { value: "unity", label: writerWords.unity },
  { value: "hub", label: writerWords.hub },
];

const kindItems = (Object.keys(timelineWords) as TimelineRow["kind"][]).map((value) => ({
  value,
  label: timelineWords[value],
}));

export function FilterBar() {
  const { ui } = useApp();
  const filter = useUi((state) => state.timelineFilter);
  const searchAsked = useUi((state) => state.searchAsked);
  const follow = useUi((state) => state.follow);
  const searchAnswered = useCallback(() => ui.setState({ searchAsked: false }), [ui]);
  const set = (change: Partial<TimelineFilter>) => ui.setState({ timelineFilter: { ...filter, ...change } });
  return (
    <div className={styles.bar}>
      <SearchField
        label={texts.timeline.search}
        value={filter.search}
        onChange={(search) => set({ search })}
        asked={searchAsked}
        onAnswered={searchAnswered}
      />
      <ChoiceChips<WriterChoice>
        label={texts.timeline.writer}
        choices={writerChoices}
        chosen={filter.writer ?? "all"}
        onChoose={(writer) => set({ writer: writer === "all" ? null : writer })}
      />
      <CheckMenu
        label={texts.timeline.kinds}
        summary={filter.kinds.length === 0 ? texts.timeline.allKinds : texts.timeline.someKinds(filter.kinds.length)}
        items={kindItems}
        checked={filter.kinds}
        onChange={(kinds) => set({ kinds: [...kinds] })}
      />
      <ObjectTag />
      {isFiltered(filter) && (
        <Button variant="quiet" icon={FilterX} onClick={() => ui.setState({ timelineFilter: noFilter })}>
          {texts.timeline.clear}
        </Button>
      )}
      <span className={styles.follow}>
        <Tooltip text={texts.timeline.follow} keys="F">
          <Button icon={ArrowDownToLine} aria-pressed={follow} onClick={() => ui.setState({ follow: !follow })}>
            {texts.timeline.follow}
          </Button>
        </Tooltip>
      </span>
    </div>
  );
}

function ObjectTag() {
  const { ui } = useApp();
  const uuid = useUi((state) => state.timelineFilter.uuid);
  const name = useHubState(({ objects }) => (uuid === null ? undefined : objects.byUuid.get(uuid)?.name));
  if (uuid === null) return null;
  return (
    <Button
      icon={FilterX}
      aria-label={`${texts.timeline.oneObject}: ${name ?? uuid}. ${texts.timeline.clear}`}
      onClick={() => ui.setState(({ timelineFilter }) => ({ timelineFilter: { ...timelineFilter, uuid: null } }))}
    >
      {name ?? uuid}
    </Button>
  );
}
