/** Puts an object's id on the clipboard and says so. */
import { useCallback } from "react";
import { useApp } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";

export function useCopyId(): (uuid: string) => void {
  const { actions } = useApp();
  return useCallback(
    (uuid) => {
      void copyText(uuid).then((copied) => actions.say(copied ? texts.objects.copied : texts.objects.notCopied, uuid));
    },
    [actions],
  );
}

/**
 * The clipboard permission may be denied to the page; the old command needs none while a key or button is being
 * handled.
 */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

function copySelected(text: string): boolean {
  const onCopy = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
  };
  document.addEventListener("copy", onCopy);
  try {
    return document.execCommand("copy");
  } finally {
    document.removeEventListener("copy", onCopy);
  }
}
