/** The three lists of a rollback: what comes back, what goes away, what changes and in which fields. */
import { Minus, Pencil, Plus } from "lucide-react";
import { texts } from "#renderer/messages/texts.ts";
import { kindWords } from "#renderer/messages/words.ts";
import type { RollbackPreview } from "#shared/ipc/view.ts";
import styles from "./dialogs.module.css";

/** The counts are whole; a person reads this many names at the most. */
const namesMax = 100;
const fieldsMax = 4;

export function PreviewLists({ preview }: { readonly preview: RollbackPreview }) {
  const { counts } = preview;
  const lists = [
    { word: texts.rollback.comeBack(counts.comeBack), icon: Plus, items: preview.comeBack, count: counts.comeBack },
    { word: texts.rollback.goAway(counts.goAway), icon: Minus, items: preview.goAway, count: counts.goAway },
    { word: texts.rollback.change(counts.change), icon: Pencil, items: preview.change, count: counts.change },
  ];
  const shown = lists.filter(({ count }) => count > 0);
  return (
    <div className={styles.lists}>
      {shown.map(({ word, icon: Icon, items, count }) => (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must be able to get here.
        <section key={word} className={styles.list} aria-label={word} tabIndex={0}>
          <h3 className={styles.listTitle}>
            <Icon size={15} aria-hidden="true" />
            {word}
          </h3>
          <ul>
            {items.slice(0, namesMax).map((item) => (
              <li key={item.uuid} className={styles.item}>
                <span className={styles.itemName}>{item.name}</span>
                <span className={styles.itemFields}>{fieldsOf(item)}</span>
              </li>
            ))}
          </ul>
          {count > namesMax && <p className={styles.rest}>{texts.rollback.more(count - namesMax)}</p>}
        </section>
      ))}
    </div>
  );
}

function fieldsOf({ fields, kind }: RollbackPreview["change"][number]): string {
  if (fields.length === 0) return kindWords[kind].toLowerCase();
  const named = fields.slice(0, fieldsMax).join(", ");
  return fields.length > fieldsMax ? `${named}, …` : named;
}
