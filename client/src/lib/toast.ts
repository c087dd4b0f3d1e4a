/** Short messages about what has just happened, one at a time. */

export type Toast = { id: number; text: string; kind: "success" | "error" };

// Long enough to read; errors twice as long.
const DURATION_MS = { success: 5_000, error: 10_000 };

let current: Toast | null = null;
let count = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export const toast = {
  success: (text: string): void => add(text, "success"),
  error: (text: string): void => add(text, "error"),
};

/** The toast to show now, or null. */
export const currentToast = (): Toast | null => current;

/** Subscribes to changes; returns the function that unsubscribes. */
export function onToastChange(notify: () => void): () => void {
  listeners.add(notify);
  return () => listeners.delete(notify);
}

function add(text: string, kind: Toast["kind"]): void {
  clearTimeout(timer);
  show({ id: ++count, text, kind });
  timer = setTimeout(() => show(null), DURATION_MS[kind]);
}

function show(next: Toast | null): void {
  current = next;
  listeners.forEach((notify) => notify());
}
