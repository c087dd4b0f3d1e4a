/** Where to continue after signing in. */

const HOME = "/";
const SELF = "http://self.invalid";

/** With `again`, the page shows its form even to a user who is signed in. */
export function signInPath(returnTo: string, { again = false } = {}): string {
  const path = authPath("/signin", returnTo);
  if (!again) return path;
  return `${path}${path.includes("?") ? "&" : "?"}again=1`;
}

/** The sign-in or sign-up page that continues to `returnTo`. */
export function authPath(path: "/signin" | "/signup", returnTo: string): string {
  return returnTo === HOME ? path : `${path}?next=${encodeURIComponent(returnTo)}`;
}

/**
 * `next` if it is a path on this site, or home.
 *
 * Browsers resolve `//evil.example`, `/\evil.example` and `/.//evil.example` to another site.
 */
export function returnPath(next: string | undefined): string {
  if (!next?.startsWith("/") || !URL.canParse(next, SELF)) return HOME;
  const url = new URL(next, SELF);
  return url.origin === SELF && !url.pathname.startsWith("//") ? url.pathname + url.search + url.hash : HOME;
}
