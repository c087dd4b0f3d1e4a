/**
 * A service renews the session cookie in its own response, which pages do not reach: the web server renders them. So a
 * browser that only reads pages asks for the current user now and then.
 */

const KEY = "session-used-at";
// Well below the shortest sensible idle lifetime (SESSION_IDLE_SECONDS of the services).
const INTERVAL_MS = 5 * 60_000;

/** Whether the session should be used; if so, not again for five minutes, in any tab. Browser only. */
export function takeRenewal(now = Date.now()): boolean {
  try {
    const age = now - Number(localStorage.getItem(KEY));
    if (age >= 0 && age < INTERVAL_MS) return false;
    localStorage.setItem(KEY, String(now));
  } catch {
    return false; // storage is blocked; the session is renewed by whatever else the user does
  }
  return true;
}
