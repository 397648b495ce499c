/**
 * One text for one value: keys sorted by UTF-16 code unit, no white space, -0 written as 0.
 *
 * Used wherever bytes are compared or hashed (state digests, snapshot blobs), so that two hubs and three languages
 * agree. Every object that moved passes through here, so it is written to be quick.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

export function canonicalJson(value: Json): string {
  // A template writes a finite number as JSON does, and -0 as 0.
  if (typeof value === "number") return Number.isFinite(value) ? `${value}` : "null";
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return Array.isArray(value) ? textOfList(value) : textOfObject(value as { readonly [key: string]: Json | undefined });
}

function textOfList(list: readonly Json[]): string {
  let text = "[";
  for (const [index, item] of list.entries()) text += index === 0 ? canonicalJson(item) : `,${canonicalJson(item)}`;
  return `${text}]`;
}

function textOfObject(object: { readonly [key: string]: Json | undefined }): string {
  let text = "{";
  for (const key of Object.keys(object).sort()) {
    const member = object[key];
    if (member === undefined) continue;
    if (text.length > 1) text += ",";
    text += textOfKey(key) + canonicalJson(member);
  }
  return `${text}}`;
}

/** Keys are few, and the same ones again and again. */
const keyTextsMax = 1_000;
const keyTexts = new Map<string, string>();

function textOfKey(key: string): string {
  const known = keyTexts.get(key);
  if (known !== undefined) return known;
  const text = `${JSON.stringify(key)}:`;
  if (keyTexts.size < keyTextsMax) keyTexts.set(key, text);
  return text;
}
