/** A native check box with its label, and a native choice of one of several. */
import { type ReactNode, useId } from "react";
import styles from "./check-box.module.css";

type CheckBoxProps = {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ReactNode;
};

export function CheckBox({ checked, onChange, children }: CheckBoxProps) {
  return (
    <label className={styles.row}>
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      {children}
    </label>
  );
}

type RadioListProps<Value extends string> = {
  readonly legend: string;
  readonly choices: readonly { readonly value: Value; readonly label: string }[];
  readonly chosen: Value;
  readonly onChoose: (value: Value) => void;
};

export function RadioList<Value extends string>({ legend, choices, chosen, onChoose }: RadioListProps<Value>) {
  const name = useId();
  return (
    <fieldset className={styles.set}>
      <legend>{legend}</legend>
      {choices.map(({ value, label }) => (
        <label key={value} className={styles.row}>
          <input type="radio" name={name} checked={value === chosen} onChange={() => onChoose(value)} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
