/**
 * Read your own writes: the landing page's list is shared by its readers and may be two seconds old. A cookie keeps that
 * from the browser that has just changed something, whichever server responds.
 */

/**
 * How old the list may be, and for how much longer while it is being replaced. Signed-in readers are about to buy: for
 * them a ticket that somebody else has reserved meanwhile is a failed attempt.
 */
export const FRESH_MS = { in: 250, out: 1_000, unknown: 1_000 };
export const STALE_MS = FRESH_MS;

export const RECENT_WRITE_COOKIE = "recent-write";

const MAX_AGE_SECONDS = (FRESH_MS.out + STALE_MS.out) / 1_000 + 3;

/** Called after a write, whatever its response. The services set the cookie only when a write succeeds; one whose
 * response was lost may have, and a failed one often means that the list was out of date. Browser only. */
export function rememberWrite(): void {
  document.cookie = `${RECENT_WRITE_COOKIE}=1; path=/; max-age=${MAX_AGE_SECONDS}; samesite=lax`;
}
