/** A search field. Escape empties it first and leaves it second. While it is `asked` for, it takes the cursor. */
import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import styles from "./search-field.module.css";

type SearchFieldProps = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly asked: boolean;
  readonly onAnswered: () => void;
};

const searchTextMax = 200;

export function SearchField({ label, value, onChange, asked, onAnswered }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!asked) return;
    input.current?.focus();
    input.current?.select();
    onAnswered();
  }, [asked, onAnswered]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    if (value === "") input.current?.blur();
    else onChange("");
  };
  return (
    <div className={styles.field}>
      <Search size={16} aria-hidden="true" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        maxLength={searchTextMax}
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <span className={styles.hint} aria-hidden="true">
        /
      </span>
    </div>
  );
}
