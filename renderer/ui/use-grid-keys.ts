/** Single keys that mean the active row while a table has the focus. */
import { useEffect } from "react";

export function useGridKeys(byKey: { readonly [key: string]: () => void }): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const command = byKey[event.key.toLowerCase()];
      const isGrid = event.target instanceof HTMLElement && event.target.role === "grid";
      if (!command || !isGrid || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      command();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  });
}
