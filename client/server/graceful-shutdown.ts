import type { Server } from "node:http";

const POLL_MS = 100;
// A page waits up to 8 s for a restarting service; Kubernetes sends SIGKILL after 30 s.
const TIMEOUT_MS = 10_000;
const STOP_MS = 1_000;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 0 };

/**
 * Exits soon after SIGTERM or SIGINT: as soon as no request is in flight, or after a timeout. `stop` is called before,
 * and may take a second.
 *
 * Closing the server alone would wait for every connection, including those that a browser opened in advance and never
 * used.
 */
export function installGracefulShutdown(server: Server, stop: () => Promise<void>): void {
  let inFlight = 0;
  server.on("request", (_, response) => {
    inFlight += 1;
    response.once("close", () => (inFlight -= 1));
  });
  for (const [signal, code] of Object.entries(EXIT_CODES)) {
    process.once(signal, () => {
      server.close();
      const deadline = Date.now() + TIMEOUT_MS;
      const timer = setInterval(() => {
        if (inFlight > 0 && Date.now() < deadline) return;
        clearInterval(timer);
        setTimeout(() => process.exit(code), STOP_MS);
        void stop().finally(() => process.exit(code));
      }, POLL_MS);
    });
  }
}
