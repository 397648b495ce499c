/** The rows of the Objects view: identity, both editors, state, last change. */
import { ArrowDown, Box, Check, FolderClosed, Minus, Triangle } from "lucide-react";
import { useMemo } from "react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { StateMark } from "#renderer/features/frame/state-mark.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { kindWords, writerWords } from "#renderer/messages/words.ts";
import type { SortKey } from "#renderer/store/scene-objects.ts";
import { ago, useNow } from "#renderer/ui/moments.ts";
import { rowHeightPx } from "#renderer/ui/row-height.ts";
import { type GridColumn, VirtualGrid } from "#renderer/ui/virtual-grid.tsx";
import type { ObjectView } from "#shared/ipc/view.ts";
import { roleWord } from "#shared/ipc/words.ts";
import styles from "./objects.module.css";
import { useCopyId } from "./use-copy-id.ts";

const kindIcons = { object: Box, collection: FolderClosed, mesh: Triangle } as const;
const shortIdLength = 8;
const renewMs = 10_000;

type ObjectGridProps = {
  readonly rows: readonly ObjectView[];
  readonly selected: string | null;
  readonly sort: SortKey;
  readonly onSort: (sort: SortKey) => void;
};

export function ObjectGrid({ rows, selected, sort, onSort }: ObjectGridProps) {
  const { ui } = useApp();
  const nowMs = useNow(renewMs);
  const density = useHubState((state) => state.settings?.density);
  const copyId = useCopyId();
  const columns = useMemo(() => columnsOf({ sort, onSort, nowMs, copyId }), [sort, onSort, nowMs, copyId]);
  return (
    <VirtualGrid
      label={texts.objects.label}
      className={styles.grid}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.uuid}
      rowPx={rowHeightPx(density)}
      selected={selected}
      onSelect={(uuid) => ui.setState({ selected: uuid })}
      onOpen={(uuid) => ui.setState({ selected: uuid, inspectorOpen: true })}
    />
  );
}

type ColumnParts = Pick<ObjectGridProps, "sort" | "onSort"> & {
  readonly nowMs: number;
  readonly copyId: (uuid: string) => void;
};

function columnsOf({ sort, onSort, nowMs, copyId }: ColumnParts): readonly GridColumn<ObjectView>[] {
  const words = texts.objects.columns;
  const sorting = (key: SortKey, word: string) =>
    ({
      id: key,
      sort: sort !== key ? "none" : key === "changed" ? "descending" : "ascending",
      head: (
        <button type="button" className={styles.sort} onClick={() => onSort(key)}>
          {word}
          {sort === key && <ArrowDown size={12} aria-hidden="true" />}
        </button>
      ),
    }) as const;
  return [
    { ...sorting("name", words.name), cell: (row) => <Name row={row} /> },
    { id: "id", head: words.id, cell: (row) => <ShortId uuid={row.uuid} onCopy={copyId} /> },
    { id: "blender", head: words.blender, cell: (row) => <Side there={row.blender} editor={roleWord.blender} /> },
    { id: "unity", head: words.unity, cell: (row) => <Side there={row.unity} editor={roleWord.unity} /> },
    { ...sorting("state", words.state), cell: (row) => <StateMark state={row.state} /> },
    {
      ...sorting("changed", words.changed),
      cell: (row) => (
        <span className={styles.changed}>
          {texts.objects.by(writerWords[row.changedBy], ago(row.changedMs, nowMs))}
        </span>
      ),
    },
  ];
}

function Name({ row }: { readonly row: ObjectView }) {
  const Icon = kindIcons[row.kind];
  return (
    <span className={styles.name}>
      <Icon size={15} aria-label={kindWords[row.kind]} role="img" />
      <span>{row.name}</span>
    </span>
  );
}

function ShortId({ uuid, onCopy }: { readonly uuid: string; readonly onCopy: (uuid: string) => void }) {
  return (
    <button
      type="button"
      className={styles.id}
      tabIndex={-1}
      title={texts.objects.copyId}
      aria-label={`${texts.objects.copyId} ${uuid}`}
      onClick={(event) => {
        event.stopPropagation();
        onCopy(uuid);
      }}
    >
      {uuid.slice(0, shortIdLength)}
    </button>
  );
}

function Side({ there, editor }: { readonly there: boolean; readonly editor: string }) {
  const Icon = there ? Check : Minus;
  const said = there ? texts.objects.isThere(editor) : texts.objects.isMissing(editor);
  return (
    <span className={styles.side} data-there={there || undefined}>
      <Icon size={15} role="img" aria-label={said} />
    </span>
  );
}
