/** Which key leads to which row of a list: arrows, J and K, page keys, Home and End. */

/** The row a key leads to, or null when the key does not move. `at` is -1 when no row is active. */
export function targetOf(
  key: string,
  { at, last, pageRows }: { readonly at: number; readonly last: number; readonly pageRows: number },
): number | null {
  if (last < 0) return null;
  const clamped = (index: number) => Math.min(last, Math.max(0, index));
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case "ArrowDown":
    case "j":
      return clamped(at + 1);
    case "ArrowUp":
    case "k":
      return clamped(at - 1);
    case "PageDown":
      return clamped(at + pageRows);
    case "PageUp":
      return clamped(at - pageRows);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}
