/** What all requests have in common, whoever responds to them. */

import type { IncomingMessage, ServerResponse } from "node:http";

import { REQUEST_ID_HEADER, requestIdOf } from "../src/lib/request-id";

const ALWAYS = {
  // For what is no page; pages have their own.
  "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  "referrer-policy": "strict-origin-when-cross-origin",
  "x-content-type-options": "nosniff",
};
// A path of no page.
const NOWHERE = "/not-found";

/** Headers of every response, those of errors included, unless it has its own. */
export function setSecurityHeaders(request: IncomingMessage, response: ServerResponse): void {
  for (const [name, value] of Object.entries(ALWAYS)) response.setHeader(name, value);
  if (request.headers["x-forwarded-proto"] === "https")
    response.setHeader("strict-transport-security", "max-age=31536000");
}

/** Every request has an id, which its response and the requests to services carry, too. */
export function setRequestId(request: IncomingMessage, response: ServerResponse): void {
  const id = requestIdOf(request.headers[REQUEST_ID_HEADER]);
  request.headers[REQUEST_ID_HEADER] = id;
  response.setHeader(REQUEST_ID_HEADER, id);
}

/** The target of a request; a path that cannot be decoded is that of no page, where Next.js would respond with 500. */
export function readableTarget(target: string): string {
  return target.startsWith("/") && isDecodable(target.replace(/\?.*/s, "")) ? target : NOWHERE;
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
