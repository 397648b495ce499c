/** A measured figure, and the arithmetic that the measurements share. */

export type Measurement = { readonly name: string; readonly value: number; readonly unit: string };

export function quantile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function show({ name, value, unit }: Measurement): string {
  const digits = Math.abs(value) >= 1_000 ? 0 : Math.abs(value) >= 10 ? 1 : 3;
  return `${name.padEnd(64)} ${value.toFixed(digits).padStart(10)} ${unit.padEnd(6)}`;
}
