/** A search field. Escape empties it first and leaves it second; `asked` puts the cursor into it when it is raised. */
import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import styles from "./search-field.module.css";

type SearchFieldProps = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly asked: number;
};

const searchTextMax = 200;

export function SearchField({ label, value, onChange, asked }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const answered = useRef(asked);
  useEffect(() => {
    if (asked === answered.current) return;
    answered.current = asked;
    input.current?.focus();
    input.current?.select();
  }, [asked]);
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
