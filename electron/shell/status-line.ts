/**
 * The hub's status as one line of text: rewritten in place on a terminal, printed when it changes anywhere else.
 */
import type { EditorView, StatusView } from "#shared/ipc/view.ts";
import { roleWord, verdictWord } from "#shared/ipc/words.ts";

export type StatusOutput = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
};

export type StatusLine = {
  show(status: StatusView): void;
  say(text: string): void;
};

const columnsDefault = 120;

export function createStatusLine(output: StatusOutput): StatusLine {
  let last = "";
  const isTerminal = output.isTTY === true;
  return {
    show(status) {
      // Numbers run on all the time; a log file wants a line only when something happened.
      const text = isTerminal ? liveText(status) : statusText(status);
      if (text === last) return;
      last = text;
      output.write(isTerminal ? `\r\u001b[K${text.slice(0, (output.columns ?? columnsDefault) - 1)}` : `${text}\n`);
    },
    say(text) {
      output.write(isTerminal ? `\r\u001b[K${text}\n` : `${text}\n`);
      last = "";
    },
  };
}

export function statusText(status: StatusView): string {
  const { verdict, project, port, editors, sentence } = status;
  const where = project ? ` · ${project.name}` : "";
  const listening = port === null ? "" : ` · port ${port}`;
  const links = `${linkText(editors.blender)} · ${linkText(editors.unity)}`;
  return `${verdictWord[verdict]}${where}${listening} · ${links} · ${sentence}`;
}

function liveText(status: StatusView): string {
  const { counts, log, editsPerSecond } = status;
  const numbers = `${counts.objects} objects · ${editsPerSecond.toFixed(0)} edits/s · log #${log.durableLsn}`;
  return `${statusText(status)} · ${numbers}`;
}

function linkText({ role, link }: EditorView): string {
  return `${roleWord[role]} ${link}`;
}
