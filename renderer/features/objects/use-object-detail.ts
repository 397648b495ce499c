/** One object's values and last edits, asked for again when the hub says that it changed. */
import { useEffect, useState } from "react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import type { ObjectDetail } from "#shared/ipc/view.ts";
import type { Failure } from "#shared/result.ts";

/** A drag changes an object many times a second; its values are read at most this often. */
const readAgainMs = 200;

type DetailState =
  | { readonly kind: "reading" }
  | { readonly kind: "read"; readonly detail: ObjectDetail }
  | { readonly kind: "failed"; readonly failure: Failure };

export function useObjectDetail(uuid: string): DetailState {
  const { hub } = useApp();
  const object = useHubState((state) => state.objects.byUuid.get(uuid));
  const [state, setState] = useState<DetailState>({ kind: "reading" });
  const [readMs, setReadMs] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `object` is not read here; it tells when to read again.
  useEffect(() => {
    let isCurrent = true;
    const waitMs = Math.max(0, readMs + readAgainMs - performance.now());
    const timer = setTimeout(async () => {
      const answer = await hub.request("object-detail", { uuid });
      if (!isCurrent) return;
      setReadMs(performance.now());
      setState(answer.ok ? { kind: "read", detail: answer.value } : { kind: "failed", failure: answer.failure });
    }, waitMs);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [hub, uuid, object]);
  return state;
}
