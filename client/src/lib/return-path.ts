/** Where a visitor goes on after signing in. */

const HOME = "/";
const SELF = "http://self.invalid";

export function signInPath(returnTo: string): string {
  return otherPath("/signin", returnTo);
}

/** Another way in that leads on to the same place. */
export function otherPath(path: "/signin" | "/signup", returnTo: string): string {
  return returnTo === HOME ? path : `${path}?next=${encodeURIComponent(returnTo)}`;
}

/**
 * The path to go on to: one of this site's own, or home.
 *
 * `//evil.example`, `/\evil.example` and `/.//evil.example` would lead elsewhere.
 */
export function returnPath(next: string | undefined): string {
  if (!next?.startsWith("/") || !URL.canParse(next, SELF)) return HOME;
  const url = new URL(next, SELF);
  return url.origin === SELF && !url.pathname.startsWith("//") ? url.pathname + url.search + url.hash : HOME;
}
