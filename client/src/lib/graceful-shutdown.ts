/**
 * Exits soon after SIGTERM or SIGINT.
 *
 * Next.js stops listening and then waits up to a minute for open connections, including those that a browser opened in
 * advance and never used. This exits as soon as no request is in flight, or after a timeout.
 */

import { subscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";

const POLL_MS = 100;
// A page waits up to 8 s for a restarting service; Kubernetes sends SIGKILL after 30 s.
const TIMEOUT_MS = 10_000;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 0 };

export function installGracefulShutdown(): void {
  let inFlight = 0;
  subscribe("http.server.request.start", (message) => {
    inFlight += 1;
    (message as { response: ServerResponse }).response.once("close", () => (inFlight -= 1));
  });
  for (const [signal, code] of Object.entries(EXIT_CODES)) {
    process.once(signal, () => {
      // Next.js may exit first, with another code.
      process.once("exit", () => (process.exitCode = code));
      const deadline = Date.now() + TIMEOUT_MS;
      setInterval(() => {
        if (inFlight === 0 || Date.now() > deadline) process.exit(code);
      }, POLL_MS);
    });
  }
}
