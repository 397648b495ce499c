/** A list that waits for a person's decisions, asked for again when the hub says that something changed. */
import { useEffect, useState } from "react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import type { RequestAnswer } from "#shared/ipc/contract.ts";

type QueueChannel = "review" | "conflicts";

/** A list of thousands is not asked for with every change. */
const askAgainMs = 300;

/** Null until the first answer. */
export function useQueue<Channel extends QueueChannel>(channel: Channel): RequestAnswer<Channel> | null {
  const { hub } = useApp();
  const lsn = useHubState((state) => state.status?.log.lsn);
  const mode = useHubState((state) => state.status?.mode);
  const waiting = useHubState(({ status }) => (channel === "review" ? status?.toReview : status?.counts.conflict));
  const [queue, setQueue] = useState<RequestAnswer<Channel> | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: these say that the list may be another one.
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(
      () => {
        void hub.request(channel, null as never).then((answer) => {
          if (isCurrent && answer.ok) setQueue(answer.value);
        });
      },
      queue === null ? 0 : askAgainMs,
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [hub, channel, lsn, mode, waiting]);
  return queue;
}
