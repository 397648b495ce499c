/** How the window keeps its pace when it is scrolled while the hub tells it news. */

/**
 * Scrolls for two seconds while ten pushes a second change 100 objects each. Runs in the page, so it may use nothing
 * from outside of its body.
 */
export async function scrollUnderLoad(): Promise<{ medianMs: number; rowsMost: number }> {
  const grid = document.querySelector("[role=grid]") as HTMLElement;
  const answer = (await window.hub.request("objects", null)) as { value: { objects: { uuid: string }[] } };
  const { objects } = answer.value;
  const gapsMs: number[] = [];
  let rowsMost = 0;
  let round = 0;
  const timer = setInterval(() => {
    round += 1;
    const upserts = objects.slice(round * 100, round * 100 + 100).map((one) => ({ ...one, state: "sending" }));
    window.pushToWindow("objects-changed", { reset: false, upserts, removed: [] });
  }, 100);
  let before = performance.now();
  const end = before + 2_000;
  while (before < end) {
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    gapsMs.push(now - before);
    before = now;
    grid.scrollTop += 120;
    rowsMost = Math.max(rowsMost, document.querySelectorAll("[role=row]").length);
  }
  clearInterval(timer);
  gapsMs.sort((left, right) => left - right);
  return { medianMs: gapsMs[Math.floor(gapsMs.length / 2)] ?? 0, rowsMost };
}
