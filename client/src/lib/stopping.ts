/**
 * Ends the server soon after it is told to.
 *
 * Next.js stops listening and then waits for every connection, those too that a browser opened in advance and never used:
 * up to a minute. Here it ends as soon as no request is being answered, or after the patience.
 */

import { subscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";

const LOOK_EVERY_MS = 100;
// A page gives a service that is restarting 8 s; Kubernetes waits 30 s before it kills.
const PATIENCE_MS = 10_000;
// Whoever was told to end, and did, has not failed: `docker stop` and Kubernetes send SIGTERM.
const CODES = { SIGINT: 130, SIGTERM: 0 };

export function endSoonWhenTold(): void {
  let answering = 0;
  subscribe("http.server.request.start", (message) => {
    answering += 1;
    (message as { response: ServerResponse }).response.once("close", () => (answering -= 1));
  });
  for (const [signal, code] of Object.entries(CODES)) {
    process.once(signal, () => {
      // Next.js may be the first to end, with a code of its own.
      process.once("exit", () => (process.exitCode = code));
      const deadline = Date.now() + PATIENCE_MS;
      setInterval(() => {
        if (answering === 0 || Date.now() > deadline) process.exit(code);
      }, LOOK_EVERY_MS);
    });
  }
}
