import "server-only";

import { redirect } from "next/navigation";
import { cache } from "react";

import { read } from "./api/server";
import type { User } from "./api/types";
import { signInPath } from "./return-path";

export type Session = { state: "in"; user: User } | { state: "out" } | { state: "unknown" };

// Every page waits for this, so that an outage of auth must not delay it much.
const TIMEOUT_MS = 3_000;

/** The current user; "unknown" while auth is unavailable. One API request per page. */
export const getSession = cache(async (): Promise<Session> => {
  const result = await read<{ currentUser: User | null }>("/api/users/currentuser", TIMEOUT_MS);
  if (!result.ok) return { state: "unknown" };
  return result.data.currentUser ? { state: "in", user: result.data.currentUser } : { state: "out" };
});

/** Redirects to sign-in, and back to `path` afterwards, if the user is signed out. */
export async function requireSession(path: string): Promise<Exclude<Session, { state: "out" }>> {
  const session = await getSession();
  if (session.state === "out") redirect(signInPath(path));
  return session;
}
