import "server-only";

import { redirect } from "next/navigation";
import { cache } from "react";

import { read } from "./api/server";
import type { User } from "./api/types";
import { signInPath } from "./return-path";

export type Session = { state: "in"; user: User } | { state: "out" } | { state: "unknown" };

// Every page waits for this; when auth is away the rest of the page must not wait long.
const PATIENCE_MS = 3_000;

/** Who looks at the page; "unknown" while auth does not answer. One question a request. */
export const session = cache(async (): Promise<Session> => {
  const answer = await read<{ currentUser: User | null }>("/api/users/currentuser", PATIENCE_MS);
  if (!answer.ok) return { state: "unknown" };
  return answer.data.currentUser ? { state: "in", user: answer.data.currentUser } : { state: "out" };
});

/** Sends those who are signed out to sign in, and back to `path` afterwards. */
export async function signedIn(path: string): Promise<Exclude<Session, { state: "out" }>> {
  const found = await session();
  if (found.state === "out") redirect(signInPath(path));
  return found;
}
