/** Chips of which one is chosen, each with an optional count. Arrow keys move between them, as in a radio group. */
import type { KeyboardEvent, ReactNode } from "react";
import { useRef } from "react";
import styles from "./choice-chips.module.css";

export type Choice<Value extends string> = {
  readonly value: Value;
  readonly label: string;
  readonly mark?: ReactNode;
  readonly count?: string;
};

type ChoiceChipsProps<Value extends string> = {
  readonly label: string;
  readonly choices: readonly Choice<Value>[];
  readonly chosen: Value;
  readonly onChoose: (value: Value) => void;
};

const steps: { readonly [key: string]: number } = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export function ChoiceChips<Value extends string>({ label, choices, chosen, onChoose }: ChoiceChipsProps<Value>) {
  const group = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = choices.findIndex((choice) => choice.value === chosen);
    const next = (at + step + choices.length) % choices.length;
    const choice = choices[next];
    if (choice) onChoose(choice.value);
    group.current?.querySelectorAll<HTMLElement>("[role=radio]")[next]?.focus();
  };
  return (
    <div ref={group} role="radiogroup" aria-label={label} className={styles.group} onKeyDown={onKeyDown}>
      {choices.map((choice) => (
        // biome-ignore lint/a11y/useSemanticElements: a chip holds an icon and a count, which an input cannot.
        <button
          key={choice.value}
          type="button"
          role="radio"
          aria-checked={choice.value === chosen}
          tabIndex={choice.value === chosen ? 0 : -1}
          className={styles.chip}
          onClick={() => onChoose(choice.value)}
        >
          {choice.mark}
          {choice.label}
          {choice.count !== undefined && <span className={styles.count}>{choice.count}</span>}
        </button>
      ))}
    </div>
  );
}
