/** Detects that the browser's session is no longer the one that the page was rendered for. */

import type { User } from "./api/types";

export type SessionChange = "signed-in" | "signed-out" | "other-user";

const EVENT = "session-check";

/** How the session differs from the user that the page was rendered for, or null. */
export function sessionChange(pageUser: string | null, current: User | null): SessionChange | null {
  if (pageUser === (current?.id ?? null)) return null;
  if (current === null) return "signed-out";
  return pageUser === null ? "signed-in" : "other-user";
}

/** Called after a response that suggests another session. */
export function requestSessionCheck(): void {
  window.dispatchEvent(new Event(EVENT));
}

/** Calls `check` when the page gets the focus and when a check is requested; returns the function that unsubscribes. */
export function onSessionCheck(check: () => void): () => void {
  window.addEventListener("focus", check);
  window.addEventListener(EVENT, check);
  return () => {
    window.removeEventListener("focus", check);
    window.removeEventListener(EVENT, check);
  };
}
