/** A menu of which any number may be ticked; it stays open while ticking. */
import { Menu } from "@base-ui/react/menu";
import { Check, ChevronDown } from "lucide-react";
import { useRef } from "react";
import styles from "./check-menu.module.css";

type CheckMenuProps<Value extends string> = {
  readonly label: string;
  /** What the closed menu says. */
  readonly summary: string;
  readonly items: readonly { readonly value: Value; readonly label: string }[];
  readonly checked: readonly Value[];
  readonly onChange: (checked: readonly Value[]) => void;
};

export function CheckMenu<Value extends string>({ label, summary, items, checked, onChange }: CheckMenuProps<Value>) {
  // Its place in the document is beside its button: a menu belongs to the region that opened it.
  const place = useRef<HTMLSpanElement>(null);
  const toggle = (value: Value, on: boolean) =>
    onChange(on ? [...checked, value] : checked.filter((other) => other !== value));
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className={styles.trigger} aria-label={`${label}: ${summary}`}>
        {summary}
        <ChevronDown size={14} aria-hidden="true" />
      </Menu.Trigger>
      <span ref={place} />
      <Menu.Portal container={place}>
        <Menu.Positioner sideOffset={4} align="start" positionMethod="fixed" className={styles.positioner}>
          <Menu.Popup className={styles.popup}>
            {items.map((item) => (
              <Menu.CheckboxItem
                key={item.value}
                className={styles.item}
                checked={checked.includes(item.value)}
                onCheckedChange={(on) => toggle(item.value, on)}
                closeOnClick={false}
              >
                <Menu.CheckboxItemIndicator className={styles.tick}>
                  <Check size={14} aria-hidden="true" />
                </Menu.CheckboxItemIndicator>
                <span className={styles.label}>{item.label}</span>
              </Menu.CheckboxItem>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
