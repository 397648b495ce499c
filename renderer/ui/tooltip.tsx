/**
 * Says what a control does, and its key. The trigger must have a name of its own: a tooltip is not read by everyone.
 */
import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";
import { KeyCaps } from "./key-caps.tsx";
import styles from "./tooltip.module.css";

type TooltipProps = { readonly text: string; readonly keys?: string; readonly children: ReactElement };

export const TooltipProvider = Base.Provider;

export function Tooltip({ text, keys, children }: TooltipProps) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner sideOffset={6}>
          <Base.Popup className={styles.popup}>
            {text}
            {keys !== undefined && <KeyCaps keys={keys} />}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
