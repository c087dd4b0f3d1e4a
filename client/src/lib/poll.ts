/**
 * Calls `task` repeatedly while the page is visible; returns the function that stops it.
 *
 * `task` returns the milliseconds until its next call, or null to stop. A hidden page is not polled; `task` is called as
 * soon as it becomes visible or gets the focus again.
 */
export function pollWhileVisible(task: () => Promise<number | null>, firstDelayMs: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  let isRunning = false;

  async function run() {
    if (isRunning || document.hidden) return;
    isRunning = true;
    const delay = await task();
    isRunning = false;
    if (!isStopped && delay !== null) timer = setTimeout(run, delay);
    if (delay === null) stop();
  }

  function stop() {
    isStopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onVisibilityChange);
    window.removeEventListener("focus", onVisibilityChange);
  }

  function onVisibilityChange() {
    clearTimeout(timer);
    if (!document.hidden) void run();
  }

  document.addEventListener("visibilitychange", onVisibilityChange);
  window.addEventListener("focus", onVisibilityChange);
  timer = setTimeout(run, firstDelayMs);
  return stop;
}
