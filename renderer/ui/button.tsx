/**
 * A button with an optional icon. One `primary` in sight at a time; `busy` keeps its width and refuses further presses;
 * `blocked` refuses them too, but keeps the focus and the tooltip, which says why.
 */
import type { LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode } from "react";
import styles from "./button.module.css";
import { Tooltip } from "./tooltip.tsx";

type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className" | "type"> & {
  readonly variant?: "plain" | "primary" | "quiet" | "danger" | "amber";
  readonly icon?: LucideIcon;
  readonly busy?: boolean;
  readonly blocked?: boolean;
  readonly children: ReactNode;
};

export function Button({
  variant = "plain",
  icon: Icon,
  busy = false,
  blocked = false,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type="button"
      className={styles.button}
      data-variant={variant}
      aria-busy={busy || undefined}
      aria-disabled={busy || blocked || undefined}
      data-blocked={blocked || undefined}
      onClick={busy || blocked ? undefined : rest.onClick}
    >
      {Icon && <Icon size={16} aria-hidden="true" />}
      <span>{children}</span>
    </button>
  );
}

type IconButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className" | "type" | "children"> & {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly keys?: string;
};

/** Named by its tooltip, which says the key too. */
export function IconButton({ icon: Icon, label, keys, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} {...(keys === undefined ? {} : { keys })}>
      <button {...rest} type="button" className={styles.icon} aria-label={label}>
        <Icon size={16} aria-hidden="true" />
      </button>
    </Tooltip>
  );
}

/** Looks like a link and goes to another view. */
export function TextButton({ children, ...rest }: Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className" | "type">) {
  return (
    <button {...rest} type="button" className={styles.text}>
      {children}
    </button>
  );
}
