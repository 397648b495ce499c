/** Keys as they are printed on a keyboard: `"Ctrl S"`. */
import styles from "./key-caps.module.css";

export function KeyCaps({ keys }: { readonly keys: string }) {
  return (
    <span className={styles.keys}>
      {keys.split(" ").map((key) => (
        <kbd key={key} className={styles.key}>
          {key}
        </kbd>
      ))}
    </span>
  );
}
