/** The rows that safe mode holds, asked for again when the hub says that something changed. */
import { useEffect, useState } from "react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import type { RequestAnswer } from "#shared/ipc/contract.ts";

type Review = RequestAnswer<"review">;

/** A list of thousands is not asked for with every change. */
const askAgainMs = 300;

/** Null until the first answer. */
export function useReview(): Review | null {
  const { hub } = useApp();
  const lsn = useHubState((state) => state.status?.log.lsn);
  const mode = useHubState((state) => state.status?.mode);
  const toReview = useHubState((state) => state.status?.toReview);
  const [review, setReview] = useState<Review | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: these say that the list may be another one.
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(
      () => {
        void hub.request("review", null).then((answer) => {
          if (isCurrent && answer.ok) setReview(answer.value);
        });
      },
      review === null ? 0 : askAgainMs,
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [hub, lsn, mode, toReview]);
  return review;
}
