/** Short words about what has just been done, one at a time. */

export type Said = { id: number; words: string; tone: "done" | "failed" };

// Time enough to read them, twice over for bad news.
const SHOWN_MS = { done: 5_000, failed: 10_000 };

let current: Said | null = null;
let count = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export const sayDone = (words: string): void => say(words, "done");

export const sayFailed = (words: string): void => say(words, "failed");

/** What is to be shown now; null for nothing. */
export const said = (): Said | null => current;

/** Calls back whenever that changes; returns how to stop. */
export function onSaid(notify: () => void): () => void {
  listeners.add(notify);
  return () => listeners.delete(notify);
}

function say(words: string, tone: Said["tone"]): void {
  clearTimeout(timer);
  show({ id: ++count, words, tone });
  timer = setTimeout(() => show(null), SHOWN_MS[tone]);
}

function show(next: Said | null): void {
  current = next;
  listeners.forEach((notify) => notify());
}
