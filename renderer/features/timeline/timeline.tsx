/** The log as people read it: newest first, following live or standing still, filtered, paged backwards. */
import { Activity, CornerLeftUp, FilterX, SearchX } from "lucide-react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { useApp, useHubState, useUi } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { type Burst, burstsOf } from "#renderer/store/bursts.ts";
import { createTimelineReader, type TimelineReader } from "#renderer/store/timeline-reader.ts";
import { isFiltered, noFilter } from "#renderer/store/timeline-tail.ts";
import { showObject } from "#renderer/store/ui-store.ts";
import { Button } from "#renderer/ui/button.tsx";
import { Empty } from "#renderer/ui/empty.tsx";
import { rowHeightPx } from "#renderer/ui/row-height.ts";
import { VirtualGrid } from "#renderer/ui/virtual-grid.tsx";
import { timelineColumns } from "./columns.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { RateStrip } from "./rate-strip.tsx";
import styles from "./timeline.module.css";

const keyOf = (burst: Burst) => burst.key;

export function Timeline() {
  const app = useApp();
  const [reader, setReader] = useState<TimelineReader | null>(null);
  useEffect(() => {
    const made = createTimelineReader(app, app.ui.getState().follow);
    made.setFilter(app.ui.getState().timelineFilter);
    setReader(made);
    return () => made.stop();
  }, [app]);
  return (
    <div className={styles.timeline}>
      <RateStrip />
      {reader && <Log reader={reader} />}
    </div>
  );
}

function Log({ reader }: { readonly reader: TimelineReader }) {
  const { ui } = useApp();
  const filter = useUi((state) => state.timelineFilter);
  const follow = useUi((state) => state.follow);
  const { rows, more, loading, fresh } = useStore(reader);
  useEffect(() => {
    if (reader.getState().filter !== filter) reader.setFilter(filter);
  }, [reader, filter]);
  useEffect(() => reader.setFollow(follow), [reader, follow]);
  const setFollow = useCallback((next: boolean) => ui.setState({ follow: next }), [ui]);
  const isNothing = rows.length === 0 && !more && !loading;
  return (
    <>
      <FilterBar />
      <div className={styles.log}>
        {!follow && (
          <div className={styles.jump}>
            <Button icon={CornerLeftUp} onClick={() => setFollow(true)}>
              {texts.timeline.jump(fresh)}
            </Button>
          </div>
        )}
        {isNothing ? (
          <NoRows />
        ) : (
          <div className={styles.frame}>
            <Rows reader={reader} follow={follow} onFollow={setFollow} />
          </div>
        )}
      </div>
    </>
  );
}

type RowsProps = {
  readonly reader: TimelineReader;
  readonly follow: boolean;
  readonly onFollow: (follow: boolean) => void;
};

function Rows({ reader, follow, onFollow }: RowsProps) {
  const { ui } = useApp();
  const density = useHubState((state) => state.settings?.density);
  const rows = useStore(reader, (state) => state.rows);
  const bursts = useMemo(() => burstsOf(rows), [rows]);
  const [selected, setSelected] = useState<string | null>(null);
  const [topAsked, setTopAsked] = useState(0);
  const rowPx = rowHeightPx(density);
  useEffect(() => {
    if (follow) setTopAsked((asked) => asked + 1);
  }, [follow]);
  const loadOlder = useCallback(() => void reader.loadOlder(), [reader]);
  const select = useCallback(
    (key: string) => {
      setSelected(key);
      onFollow(false);
    },
    [onFollow],
  );
  const open = (key: string) => {
    const uuid = bursts.find((burst) => burst.key === key)?.row.uuids[0];
    if (uuid !== undefined) showObject(ui, uuid);
  };
  const columns = useMemo(() => timelineColumns((uuid) => showObject(ui, uuid)), [ui]);
  return (
    <VirtualGrid
      label={texts.timeline.label}
      className={styles.grid}
      columns={columns}
      rows={bursts}
      keyOf={keyOf}
      rowPx={rowPx}
      selected={selected}
      onSelect={select}
      onOpen={open}
      onEnd={loadOlder}
      onScrolled={(topPx) => topPx > rowPx && onFollow(false)}
      topAsked={topAsked}
      after={<Ending reader={reader} />}
    />
  );
}

function Ending({ reader }: { readonly reader: TimelineReader }) {
  const { loading, more, failure, rows } = useStore(reader);
  if (failure) {
    return (
      <div className={styles.ending} role="alert">
        {texts.timeline.problem}. {failure.message}
        <Button onClick={() => void reader.loadOlder()}>{texts.timeline.again}</Button>
      </div>
    );
  }
  if (loading) return <p className={styles.ending}>{texts.timeline.loading}</p>;
  return !more && rows.length > 0 ? <p className={styles.ending}>{texts.timeline.end}</p> : null;
}

function NoRows() {
  const { ui } = useApp();
  const filter = useUi((state) => state.timelineFilter);
  if (!isFiltered(filter)) {
    return <Empty icon={Activity} title={texts.timeline.emptyTitle} text={texts.timeline.empty} />;
  }
  return (
    <Empty icon={SearchX} title={texts.timeline.noMatch}>
      <Button icon={FilterX} onClick={() => ui.setState({ timelineFilter: noFilter })}>
        {texts.timeline.clear}
      </Button>
    </Empty>
  );
}
