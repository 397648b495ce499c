/** One editor on Home: what it is, what it has open, what it is doing, and what waits for it. */
import { LinkDot, linkSentence } from "#renderer/features/frame/editor-chip.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { ProgressBar } from "#renderer/ui/progress-bar.tsx";
import type { EditorView } from "#shared/ipc/view.ts";
import { roleWord } from "#shared/ipc/words.ts";
import styles from "./editor-panel.module.css";

type EditorPanelProps = { readonly editor: EditorView; readonly isStopped: boolean; readonly mirrored?: boolean };

export function EditorPanel({ editor, isStopped, mirrored = false }: EditorPanelProps) {
  const name = roleWord[editor.role];
  return (
    <section className={styles.panel} data-mirrored={mirrored || undefined} aria-label={name}>
      <span className={styles.letter} data-role={editor.role} aria-hidden="true">
        {name.charAt(0)}
      </span>
      <div className={styles.texts}>
        <p className={styles.name}>
          {name} <span className={styles.version}>{editor.link === "absent" ? "" : editor.version}</span>
        </p>
        <p className={styles.link}>
          <LinkDot editor={editor} />
          {linkSentence(editor)}
        </p>
        {editor.progress !== null && <ProgressBar label={linkSentence(editor)} value={editor.progress} />}
        {notesOf(editor, isStopped).map((note) => (
          <p key={note} className={styles.note}>
            {note}
          </p>
        ))}
      </div>
    </section>
  );
}

function notesOf(editor: EditorView, isStopped: boolean): readonly string[] {
  if (editor.link === "absent") return [isStopped ? texts.home.notHeard : texts.home.notSeen];
  const notes = [editor.document?.name || texts.home.noDocument];
  if (editor.unsaved) notes.push(texts.home.unsaved);
  if (editor.link === "linked" && editor.roundTripMs !== null) {
    notes.push(`${texts.home.entities(editor.entities)} · ${texts.home.roundTrip(editor.roundTripMs)}`);
  }
  if (editor.waiting > 0) notes.push(texts.home.waiting(editor.waiting));
  if (editor.held > 0) notes.push(texts.home.held(editor.held));
  return notes;
}
