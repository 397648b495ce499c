/**
 * The fields of one object as a list: one value where all agree in words, three where the spaces differ. Another object
 * is called by its name.
 */
import { useHubState } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { writerWords } from "#renderer/messages/words.ts";
import type { ObjectDetail } from "#shared/ipc/view.ts";
import { roleWord } from "#shared/ipc/words.ts";
import styles from "./inspector.module.css";

type FieldView = ObjectDetail["fields"][number];

export function FieldValues({ fields }: { readonly fields: ObjectDetail["fields"] }) {
  const names = useHubState(({ objects }) => objects.byUuid);
  const named = (value: string) =>
    value
      .split(", ")
      .map((part) => names.get(part)?.name ?? part)
      .join(", ");
  return (
    <dl className={styles.fields}>
      {fields.map((field) => (
        <div key={field.field} className={styles.field}>
          <dt>
            {field.field}
            <span className={styles.writer}>
              {field.provisional ? texts.objects.provisional : writerWords[field.writer]}
            </span>
          </dt>
          <dd>
            {isSame(field) ? (
              <code>{named(field.canonical) || texts.objects.noValue}</code>
            ) : (
              <div className={styles.spaces}>
                <span data-role="blender">{roleWord.blender}</span>
                <code>{field.blender}</code>
                <span data-role="unity">{roleWord.unity}</span>
                <code>{field.unity}</code>
                <span>{texts.objects.canonical}</span>
                <code>{field.canonical}</code>
              </div>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function isSame({ canonical, blender, unity }: FieldView): boolean {
  return canonical === blender && canonical === unity;
}
