import "server-only";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";

import { fetchSession, type Session } from "./fetch-session";
import { signInPath } from "./return-path";

export type { Session };

/** The current user; "unknown" while auth is unavailable. One API request per page. */
export const getSession = cache(async () => fetchSession((await headers()).get("cookie")));

/** Redirects to sign-in, and back to `path` afterwards, if the user is signed out. */
export async function requireSession(path: string): Promise<Exclude<Session, { state: "out" }>> {
  const session = await getSession();
  if (session.state === "out") redirect(signInPath(path));
  return session;
}
