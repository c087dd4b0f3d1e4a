/** Serves the landing page from one rendering for all its readers; only the session is looked up for each of them. */

import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

import { cookieValue } from "../src/lib/cookies";
import { fetchSession, type Session } from "../src/lib/fetch-session";
import { logError } from "../src/lib/log";
import { FRESH_MS, RECENT_WRITE_COOKIE, STALE_MS } from "../src/lib/recent-write";
import { REQUEST_ID_HEADER } from "../src/lib/request-id";
import { isTheme, THEME_COOKIE } from "../src/lib/theme";
import { acceptedEncoding } from "./encoding";
import type { Format, Renderer } from "./renderer";
import { RenderingCache } from "./rendering-cache";
import type { SharedPage } from "./shared-page";

/** Returns false for any other request. Next.js alone serves the page when it cannot be shared. */
export function landingPage(render: Renderer, next: RequestListener) {
  const caches = new Map<string, RenderingCache<SharedPage>>();

  function cacheOf(format: Format, state: Session["state"]): RenderingCache<SharedPage> {
    const key = `${format} ${state}`;
    const lifetime = { freshMs: FRESH_MS[state], staleMs: STALE_MS[state] };
    const cache = caches.get(key) ?? new RenderingCache(() => render(format, state), lifetime);
    caches.set(key, cache);
    return cache;
  }

  async function serve(request: IncomingMessage, response: ServerResponse, format: Format): Promise<void> {
    const {
      cookie,
      traceparent,
      "x-forwarded-for": forwardedFor,
      [REQUEST_ID_HEADER]: requestId,
    } = request.headers;
    const session = await fetchSession({
      cookie,
      forwardedFor: forwardedFor?.toString(),
      requestId: requestId?.toString(),
      traceparent: traceparent?.toString(),
    });
    const cache = cacheOf(format, session.state);
    const page = await (cookieValue(cookie, RECENT_WRITE_COOKIE) ? cache.getNew() : cache.get());
    const theme = themeOf(cookie);
    const encoding = acceptedEncoding(request);
    const { headers, body } =
      session.state === "in" ? page.forUser(session.user, theme, encoding) : page.forAnyone(theme, encoding);
    response.writeHead(200, headers).end(request.method === "HEAD" ? undefined : body);
  }

  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const format = formatOf(request);
    if (format === null) return false;
    serve(request, response, format).catch((error: unknown) => {
      logError("landing_page.not_shared", { error: String(error) });
      next(request, response);
    });
    return true;
  };
}

/** What is requested of the landing page without search or cursor; null for anything else. */
function formatOf({ method, url = "", headers }: IncomingMessage): Format | null {
  if (method !== "GET" && method !== "HEAD") return null;
  if (headers.rsc === undefined) return url === "/" ? "html" : null;
  const isPrefetch = Object.keys(headers).some((name) => /^next-router-.*prefetch$/.test(name));
  return /^\/\?_rsc=[^&]*$/.test(url) && headers.rsc === "1" && !isPrefetch ? "payload" : null;
}

function themeOf(cookie: string | undefined): string {
  const theme = cookieValue(cookie, THEME_COOKIE);
  return isTheme(theme) ? theme : "";
}
