/** Renders the landing page with Next.js for many readers at once. */

import { randomBytes } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

import type { Session } from "../src/lib/fetch-session";
import { VIEWER_STATE_HEADER, type ViewerState } from "../src/lib/viewer-state";
import type { Rendered } from "./rendering-cache";
import { SharedPage } from "./shared-page";

export type Format = "html" | "payload";

export type Renderer = (format: Format, state: Session["state"]) => Promise<Rendered<SharedPage>>;

// Longer than the page waits for the API.
const TIMEOUT_MS = 10_000;
const PATHS = { html: "/", payload: "/?_rsc=" };
// Unpredictable, so that no ticket's title can contain one.
const [ID, EMAIL, THEME] = [token(), token(), token()];
const SESSIONS: Record<Session["state"], Session> = {
  in: { state: "in", user: { id: ID, email: EMAIL, iat: 0 } },
  out: { state: "out" },
  unknown: { state: "unknown" },
};
// Written by the page around an error; the API's texts cannot contain these quotation marks unescaped.
const FAILURES = { html: 'data-uncacheable="true"', payload: '"data-uncacheable":true' };

/** Serves Next.js on a port of its own, on which only this process may choose for whom a page is rendered. */
export async function startRenderer(next: RequestListener): Promise<Renderer> {
  const { fetch } = globalThis; // Next.js adds its caches to the global one
  const server = createServer(next).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return async (format, state) => {
    const viewer: ViewerState = { session: SESSIONS[state], theme: THEME };
    const response = await fetch(origin + PATHS[format], {
      headers: {
        "accept-encoding": "identity",
        [VIEWER_STATE_HEADER]: JSON.stringify(viewer),
        ...(format === "payload" ? { rsc: "1" } : {}),
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = await response.text();
    if (!response.ok) throw new Error(`rendering the landing page responded ${response.status}`);
    const tokens = { id: ID, email: EMAIL, theme: THEME };
    return {
      value: SharedPage.of({ format, headers: response.headers, body, tokens }),
      isCacheable: !body.includes(FAILURES[format]),
    };
  };
}

function token(): string {
  return randomBytes(16).toString("hex");
}
