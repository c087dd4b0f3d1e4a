import "server-only";

import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";

import { visitorOf } from "./api/visitor";
import { fetchSession, type Session } from "./fetch-session";
import { signInPath } from "./return-path";
import { isTheme, THEME_COOKIE } from "./theme";
import { VIEWER_STATE_HEADER, type ViewerState } from "./viewer-state";

export type { Session };

/** Given by the server for a page that many users share; otherwise from the request. One API request per page. */
export const getViewerState = cache(async (): Promise<ViewerState> => {
  const request = await headers();
  const given = request.get(VIEWER_STATE_HEADER);
  if (given !== null) return JSON.parse(given) as ViewerState;
  const theme = (await cookies()).get(THEME_COOKIE)?.value;
  return { session: await fetchSession(visitorOf(request)), theme: isTheme(theme) ? theme : "" };
});

/** The current user; "unknown" while auth is unavailable. */
export async function getSession(): Promise<Session> {
  return (await getViewerState()).session;
}

/** Redirects to sign-in, and back to `path` afterwards, if the user is signed out. */
export async function requireSession(path: string): Promise<Exclude<Session, { state: "out" }>> {
  const session = await getSession();
  if (session.state === "out") redirect(signInPath(path));
  return session;
}
