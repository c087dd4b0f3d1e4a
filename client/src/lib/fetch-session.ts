import { readAs } from "./api/read";
import type { User } from "./api/types";
import type { Visitor } from "./api/visitor";
import { cookieValue } from "./cookies";

export type Session = { state: "in"; user: User } | { state: "out" } | { state: "unknown" };

const SESSION_COOKIE = "session";
// Every page waits for this, so that an outage of auth must not delay it much.
const TIMEOUT_MS = 3_000;

/**
 * A visitor's session; "unknown" while auth is unavailable. Auth is asked only if there is a
 * session cookie.
 */
export async function fetchSession(visitor: Visitor): Promise<Session> {
  if (!cookieValue(visitor.cookie, SESSION_COOKIE)) return { state: "out" };
  const result = await readAs<{ currentUser: User | null }>(visitor, "/api/users/currentuser", TIMEOUT_MS);
  if (!result.ok) return { state: "unknown" };
  return result.data.currentUser ? { state: "in", user: result.data.currentUser } : { state: "out" };
}
