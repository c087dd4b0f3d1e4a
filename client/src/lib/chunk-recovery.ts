/**
 * Retries scripts of the application that fail to load, then reloads the page once, then shows `message`.
 *
 * The layout inlines this function's source, because it must work before any script has loaded: it may use only its
 * parameters and globals. The bundler's runtime waits for a script by its URL, so a second element with the same URL
 * resolves what the first one left pending.
 */
export function recoverFailedChunks(message: string, reloadLabel: string): void {
  const delaysMs = [500, 1500];
  const reloadPauseMs = 60_000;
  const key = "chunk-reload";
  const failures: Record<string, number> = {};

  addEventListener("error", onError, true);

  function onError(event: Event) {
    const script = event.target;
    if (!(script instanceof HTMLScriptElement) || !script.src.includes("/_next/static/")) return;
    // The runtime would reject the import for good after a retry of its own.
    event.stopImmediatePropagation();
    const source = script.getAttribute("src") ?? "";
    const failed = (failures[source] = (failures[source] ?? 0) + 1);
    const delay = delaysMs[failed - 1];
    if (delay === undefined) giveUp();
    else setTimeout(() => retry(script, source), delay);
  }

  function retry(script: HTMLScriptElement, source: string) {
    const again = document.createElement("script");
    again.src = source;
    again.async = true;
    script.remove();
    document.head.append(again);
  }

  function giveUp() {
    const hasJustReloaded = Date.now() - Number(sessionStorage.getItem(key)) < reloadPauseMs;
    if (hasJustReloaded) {
      showMessage();
    } else {
      sessionStorage.setItem(key, String(Date.now()));
      location.reload();
    }
  }

  function showMessage() {
    if (document.getElementById(key)) return;
    const notice = document.createElement("div");
    notice.id = key;
    notice.role = "alert";
    notice.className = "fixed inset-x-0 bottom-0 z-30 bg-bad-ground px-4 py-3 text-center text-ink";
    const button = document.createElement("button");
    button.className = "ml-2 font-medium underline underline-offset-4";
    button.textContent = reloadLabel;
    button.onclick = () => location.reload();
    notice.append(message, button);
    document.body.append(notice);
  }
}
