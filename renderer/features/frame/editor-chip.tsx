/** One editor in one line: which, how it is linked, how fast it answers. Used in the top bar and on Home. */

import { texts } from "#renderer/messages/texts.ts";
import { activityWords, linkWords } from "#renderer/messages/words.ts";
import type { EditorView } from "#shared/ipc/view.ts";
import { roleWord } from "#shared/ipc/words.ts";
import styles from "./editor-chip.module.css";

type LinkTone = "good" | "busy" | "off";

function linkTone(editor: EditorView): LinkTone {
  if (editor.link === "linked")
    return activityWords[editor.activity] === "" || editor.activity === "editing" ? "good" : "busy";
  return editor.link === "absent" ? "off" : "busy";
}

/** What it is doing where that explains a wait, else how it is linked. */
export function linkSentence(editor: EditorView): string {
  if (editor.link === "linking" && editor.progress !== null) {
    return texts.home.listing(Math.round(editor.progress * 100));
  }
  const doing = activityWords[editor.activity];
  const isElsewhere = editor.link === "away" || editor.link === "linked";
  return isElsewhere && doing !== "" && editor.activity !== "editing" ? doing : linkWords[editor.link];
}

export function EditorChip({ editor }: { readonly editor: EditorView }) {
  return (
    <span className={styles.chip}>
      <LinkDot editor={editor} />
      <span className={styles.name}>{roleWord[editor.role]}</span>
      <span className={styles.word}>{linkSentence(editor)}</span>
      {editor.link === "linked" && editor.roundTripMs !== null && (
        <span className={styles.trip}>{texts.home.roundTrip(editor.roundTripMs)}</span>
      )}
    </span>
  );
}

/** Filled when linked, half when busy or away, hollow when not linked: told apart without colour. */
export function LinkDot({ editor }: { readonly editor: EditorView }) {
  return <span className={styles.dot} data-tone={linkTone(editor)} aria-hidden="true" />;
}
