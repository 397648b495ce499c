/** One object that is held back: what was agreed, what each editor shows, and the ways to choose between them. */
import { texts } from "#renderer/messages/texts.ts";
import { keepWords } from "#renderer/messages/words.ts";
import { Button } from "#renderer/ui/button.tsx";
import queue from "#renderer/ui/queue.module.css";
import { type Choice, choices } from "#shared/choice.ts";
import type { ConflictRow } from "#shared/ipc/view.ts";
import { roleWord } from "#shared/ipc/words.ts";
import { mayKeep } from "./choosing.ts";
import styles from "./conflicts.module.css";

const words = texts.conflicts;

type VersionsProps = {
  readonly row: ConflictRow;
  /** How many others are decided with it. */
  readonly together: number;
  readonly onKeep: (keep: Choice) => void;
};

export function Versions({ row, together, onKeep }: VersionsProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must be able to get here.
    <section className={queue.detail} aria-label={words.details} tabIndex={0}>
      <h2 className={queue.title}>{row.name}</h2>
      <p className={queue.dim}>{row.why}</p>
      {together > 0 && <p className={queue.dim}>{words.together(together)}</p>}
      <VersionTable row={row} />
      {mayKeep(row, "blender") || <p className={queue.dim}>{words.unknown}</p>}
      <div className={queue.buttons}>
        {choices
          .filter((keep) => mayKeep(row, keep))
          .map((keep) => (
            <Button key={keep} onClick={() => onKeep(keep)}>
              {`${words.keep(keepWords[keep])}…`}
            </Button>
          ))}
      </div>
    </section>
  );
}

function VersionTable({ row }: { readonly row: ConflictRow }) {
  const isSomewhereGone = row.blender === "gone" || row.unity === "gone";
  if (!isSomewhereGone && row.fields.length === 0) return null;
  const presence = {
    field: words.inScene,
    agreed: words.there,
    blender: row.blender === "gone" ? words.deleted : words.there,
    unity: row.unity === "gone" ? words.deleted : words.there,
  };
  return (
    <table className={`${queue.values} ${styles.versions}`}>
      <thead>
        <tr>
          <th scope="col">{words.value}</th>
          <th scope="col">{words.agreed}</th>
          <th scope="col">{roleWord.blender}</th>
          <th scope="col">{roleWord.unity}</th>
        </tr>
      </thead>
      <tbody>
        {[...(isSomewhereGone ? [presence] : []), ...row.fields].map(({ field, agreed, blender, unity }) => (
          <tr key={field}>
            <th scope="row">{field}</th>
            <td>{agreed}</td>
            <td data-differs={blender !== agreed || undefined}>{blender}</td>
            <td data-differs={unity !== agreed || undefined}>{unity}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
