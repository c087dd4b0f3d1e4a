/**
 * Does `act` again and again while the page is visible; returns how to stop.
 *
 * `act` tells how many milliseconds to wait for the next time, or null for never. A hidden page rests, and acts at once
 * when it is looked at again.
 */
export function repeatWhileVisible(act: () => Promise<number | null>, firstInMs: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  let isActing = false;

  async function run() {
    if (isActing || document.hidden) return;
    isActing = true;
    const wait = await act();
    isActing = false;
    if (!isStopped && wait !== null) timer = setTimeout(run, wait);
    if (wait === null) stop();
  }

  function stop() {
    isStopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onVisible);
  }

  function onVisible() {
    clearTimeout(timer);
    if (!document.hidden) void run();
  }

  document.addEventListener("visibilitychange", onVisible);
  timer = setTimeout(run, firstInMs);
  return stop;
}
