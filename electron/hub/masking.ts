/**
 * Makes what goes into a diagnostics bundle harmless: paths always, names on request.
 *
 * Names are taken out by a list of what may stay, not of what must go: a string that is neither an id, a time, a code
 * nor a word from a closed list becomes a pseudonym, the same one wherever it stands. So a field that is added tomorrow
 * is hidden until somebody says otherwise. Sentences with a code are replaced by the code's own sentence.
 * Must never: let a path outside of the project through, masked or not.
 */
import { errorSentence } from "#shared/protocol/error-code.ts";

export type MaskOptions = {
  /** Whether names are hidden, or only paths. */
  readonly hidesNames: boolean;
  /** What may be named in sentences: objects, people, machines. */
  readonly names: Iterable<string>;
  /** Folders that have a word of their own, such as `project`; the word is shown instead. */
  readonly folders: Readonly<Record<string, string>>;
};

/** Always one of a closed list, or a version. */
const wordKeys: ReadonlySet<string> = new Set(
  ["type kind op reason role event code error_code operation phase outcome mode verdict link activity level writer"]
    .concat(["version plugin app electron chromium node runtime platform file camera.projection light.type"])
    .flatMap((words) => words.split(" ")),
);
/** Sentences of the hub's own: kept, without the names and paths in them. */
const sentenceKeys: ReadonlySet<string> = new Set(["sentence", "reason", "recovered", "detail", "folder"]);

const word = /^[\w.:+()-]{1,80}$/;
const versionText = /^[\w.:+() -]{1,80}$/;
const versionKeys: ReadonlySet<string> = new Set(["version", "platform", "plugin"]);
const harmless = /^$|^[0-9a-f]{40}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^\d{4}-\d\d-\d\dT[\d:.]+Z$|^E_[A-Z_]+$/;

const pathStart = String.raw`(?:<[a-z]+>[\\/]|(?<!\w)[A-Za-z]:[\\/]|\\\\|(?<![\w<.\]/-])\/(?=[^\s/]))`;
const pathPart = String.raw`(?:[^\s"'<>|*?]|'(?=\w))*`;
const quotedPath = new RegExp(String.raw`(["'\x60])(${pathStart}[^"'\x60\n]*)\1`, "g");
const barePath = new RegExp(String.raw`${pathStart}${pathPart}(?: ${pathPart}[\\/]${pathPart})*`, "g");
/** The hub's and the app's own files, whose names are ours. */
const ownPath = /^<project>[\\/]\.vibesync\b|^<app>/;

export class Mask {
  readonly #hidesNames: boolean;
  readonly #names: ReadonlySet<string>;
  /** Longest first, so that the whole of a name goes, not the shorter one that it begins with. */
  readonly #nameLengths: readonly number[];
  readonly #folders: readonly (readonly [word: string, folder: string])[];
  readonly #pseudonyms = new Map<string, string>();

  constructor({ hidesNames, names, folders }: MaskOptions) {
    this.#hidesNames = hidesNames;
    this.#names = new Set(hidesNames ? [...names].filter((name) => name !== "") : []);
    this.#nameLengths = [...new Set(Array.from(this.#names, (name) => name.length))].sort((a, b) => b - a);
    this.#folders = Object.entries(folders).sort(([, a], [, b]) => b.length - a.length);
  }

  /** A line of text: paths and, where they are hidden, names replaced. */
  text(text: string): string {
    return this.#withoutNames(this.#withoutPaths(text));
  }

  /** A copy of a JSON value. */
  json(value: unknown, key = ""): unknown {
    if (typeof value === "string") return this.#hidesNames ? this.#stringAt(key, value) : this.#withoutPaths(value);
    if (Array.isArray(value)) return value.map((item) => this.json(item, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => {
        const sentence = this.#hidesNames && name === "message" ? sentenceFor(value) : null;
        return [name, sentence ?? this.json(item, name)];
      }),
    );
  }

  #stringAt(key: string, value: string): string {
    if (harmless.test(value)) return value;
    if (wordKeys.has(key) && (versionKeys.has(key) ? versionText : word).test(value)) return value;
    if (sentenceKeys.has(key)) return this.text(value);
    return this.#pseudonym("name", value);
  }

  #pseudonym(kind: "name" | "path", original: string): string {
    const known = this.#pseudonyms.get(original);
    if (known !== undefined) return known;
    const made = `${kind}-${this.#pseudonyms.size + 1}`;
    this.#pseudonyms.set(original, made);
    return made;
  }

  #withoutPaths(text: string): string {
    let worded = text.replaceAll("file:///", "/");
    for (const [name, folder] of this.#folders) {
      worded = worded.replaceAll(folder, `<${name}>`).replaceAll(folder.replaceAll("\\", "/"), `<${name}>`);
    }
    return worded
      .replace(quotedPath, (_whole, quote: string, path: string) => quote + this.#pathWord(path) + quote)
      .replace(barePath, (path) => this.#pathWord(path));
  }

  #pathWord(path: string): string {
    const isShown = ownPath.test(path) || (!this.#hidesNames && path.startsWith("<project>"));
    return isShown ? path : this.#pseudonym("path", path);
  }

  #withoutNames(text: string): string {
    if (this.#names.size === 0) return text;
    let masked = "";
    for (let at = 0; at < text.length; ) {
      const name = this.#nameAt(text, at);
      masked += name === null ? text[at] : this.#pseudonym("name", name);
      at += name?.length ?? 1;
    }
    return masked;
  }

  #nameAt(text: string, at: number): string | null {
    if (isInsideWord(text, at)) return null;
    for (const length of this.#nameLengths) {
      const found = text.slice(at, at + length);
      if (found.length === length && this.#names.has(found) && !isInsideWord(text, at + length)) return found;
    }
    return null;
  }
}

function sentenceFor(object: object): string | null {
  const code = "code" in object ? object.code : null;
  return typeof code === "string" && code in errorSentence ? errorSentence[code as keyof typeof errorSentence] : null;
}

const letter = /[\p{L}\p{N}_]/u;

function isInsideWord(text: string, at: number): boolean {
  return at > 0 && at < text.length && letter.test(text[at - 1] as string) && letter.test(text[at] as string);
}
