/**
 * A bounded number of asynchronous jobs at once.
 *
 * Owns: the rule that the answer comes only when no job is running any more, failed or not: whoever cleans up after a
 * failure must not meet a job that is still writing.
 */

/** Runs `work` on every item, `laneCount` at a time; results in the items' order. Rejects with the first error. */
export async function inLanes<Item, Outcome>(
  items: readonly Item[],
  laneCount: number,
  work: (item: Item) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const queue = items.entries();
  let hasFailed = false;
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (hasFailed) return;
      try {
        outcomes[index] = await work(item);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: laneCount }, lane));
  for (const ended of lanes) if (ended.status === "rejected") throw ended.reason;
  return outcomes;
}
