/** A bar from 0 to 1, or one that only says that something is going on (`value` null). */
import styles from "./progress-bar.module.css";

export function ProgressBar({ label, value }: { readonly label: string; readonly value: number | null }) {
  const percent = value === null ? undefined : Math.round(value * 100);
  return (
    <div
      className={styles.bar}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <div
        className={styles.fill}
        data-unknown={value === null || undefined}
        style={value === null ? {} : { width: `${percent}%` }}
      />
    </div>
  );
}
