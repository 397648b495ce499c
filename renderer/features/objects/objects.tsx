/** Every object with its identity and both editors, and the inspector for one of them. */
import { Box, PanelRight, SearchX } from "lucide-react";
import { useCallback, useMemo } from "react";
import { useApp, useHubState, useUi } from "#renderer/app-context.tsx";
import { StateIcon } from "#renderer/features/frame/state-mark.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { number } from "#renderer/messages/words.ts";
import { type ObjectFilter, sortedByName, visibleObjects } from "#renderer/store/scene-objects.ts";
import { Button, IconButton } from "#renderer/ui/button.tsx";
import { type Choice, ChoiceChips } from "#renderer/ui/choice-chips.tsx";
import { Empty } from "#renderer/ui/empty.tsx";
import { SearchField } from "#renderer/ui/search-field.tsx";
import type { ObjectState, StatusView } from "#shared/ipc/view.ts";
import { objectStateWord } from "#shared/ipc/words.ts";
import { Inspector } from "./inspector.tsx";
import { ObjectGrid } from "./object-grid.tsx";
import styles from "./objects.module.css";

type StateChoice = ObjectState | "all";

export function Objects() {
  const { ui } = useApp();
  const objects = useHubState((state) => state.objects);
  const status = useHubState((state) => state.status);
  const filter = useUi((state) => state.objectFilter);
  const selected = useUi((state) => state.selected);
  const inspectorOpen = useUi((state) => state.inspectorOpen);
  const searchAsked = useUi((state) => state.searchAsked);
  // Sorting by name is the dear part, and names change seldom.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the map behind it is changed in place; `membership` tells when.
  const byName = useMemo(() => sortedByName(objects), [objects.byUuid, objects.membership]);
  const rows = useMemo(() => visibleObjects(objects, byName, filter), [objects, byName, filter]);
  const setFilter = useCallback(
    (change: Partial<ObjectFilter>) =>
      ui.setState(({ objectFilter }) => ({ objectFilter: { ...objectFilter, ...change } })),
    [ui],
  );
  const searchAnswered = useCallback(() => ui.setState({ searchAsked: false }), [ui]);
  const all = objects.byUuid.size;
  return (
    <div className={styles.objects}>
      <div className={styles.bar}>
        <SearchField
          label={texts.objects.search}
          value={filter.search}
          onChange={(search) => setFilter({ search })}
          asked={searchAsked}
          onAnswered={searchAnswered}
        />
        <ChoiceChips<StateChoice>
          label={texts.objects.columns.state}
          choices={stateChoices(status)}
          chosen={filter.state ?? "all"}
          onChoose={(state) => setFilter({ state: state === "all" ? null : state })}
        />
        <span className={styles.count} role="status">
          {texts.objects.shown(rows.length, all)}
        </span>
        <IconButton
          icon={PanelRight}
          label={inspectorOpen ? texts.objects.hideInspector : texts.objects.showInspector}
          keys="N"
          aria-pressed={inspectorOpen}
          onClick={() => ui.setState({ inspectorOpen: !inspectorOpen })}
        />
      </div>
      <div className={styles.split}>
        {rows.length > 0 ? (
          <div className={styles.list}>
            <ObjectGrid rows={rows} selected={selected} sort={filter.sort} onSort={(sort) => setFilter({ sort })} />
          </div>
        ) : (
          <div className={styles.nothing}>
            <NoRows isEmpty={all === 0} filter={filter} onClear={() => setFilter({ search: "", state: null })} />
          </div>
        )}
        {inspectorOpen && <Inspector uuid={selected} />}
      </div>
    </div>
  );
}

function stateChoices(status: StatusView | null): readonly Choice<StateChoice>[] {
  const counts = status?.counts;
  const choice = (value: ObjectState, count: number | undefined): Choice<StateChoice> => ({
    value,
    label: objectStateWord[value],
    mark: <StateIcon state={value} />,
    count: number(count ?? 0),
  });
  return [
    { value: "all", label: texts.objects.all, count: number(counts?.objects ?? 0) },
    choice("in-step", counts?.inStep),
    choice("sending", counts?.sending),
    choice("held", counts?.held),
    choice("conflict", counts?.conflict),
    choice("one-side", counts?.oneSide),
  ];
}

type NoRowsProps = { readonly isEmpty: boolean; readonly filter: ObjectFilter; readonly onClear: () => void };

function NoRows({ isEmpty, filter, onClear }: NoRowsProps) {
  const { ui } = useApp();
  if (isEmpty) {
    return (
      <Empty icon={Box} title={texts.objects.emptyTitle} text={texts.objects.empty}>
        <Button onClick={() => ui.setState({ view: "setup" })}>{texts.objects.toSetup}</Button>
      </Empty>
    );
  }
  const title =
    filter.search.trim() === "" && filter.state !== null
      ? texts.objects.noneInState(objectStateWord[filter.state])
      : texts.objects.noMatch(filter.search);
  return (
    <Empty icon={SearchX} title={title}>
      <Button onClick={onClear}>{texts.objects.clear}</Button>
    </Empty>
  );
}
