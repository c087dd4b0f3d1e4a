import "server-only";

import { setting } from "@/lib/environment";

/** Read at each request, from the environment of the running process: one build serves every installation. */

export type Till =
  | { kind: "emulator"; publishableKey: string; scriptUrl: string }
  | { kind: "stripe"; publishableKey: string; isTest: boolean }
  | { kind: "missing" };

const DEFAULT_HOLD_SECONDS = 900;

const DIRECT = { "/api/users": "AUTH_URL", "/api/tickets": "TICKETS_URL", "/api/orders": "ORDERS_URL" };

/** The whole URL of an API path, for this server: its service's own where that is told, else the gateway's. */
export function apiUrl(path: string): string {
  const direct = Object.entries(DIRECT).find(([prefix]) => path.startsWith(prefix));
  const url = (direct && process.env[direct[1]]) || process.env.API_INTERNAL_URL || "http://127.0.0.1:8080";
  return url.replace(/\/+$/, "") + path;
}

/** How card details are taken. STRIPE_JS_URL names the emulator's script; without it Stripe's own is loaded. */
export function till(): Till {
  const publishableKey = setting("STRIPE_PUBLISHABLE_KEY");
  if (!publishableKey) return { kind: "missing" };
  const scriptUrl = setting("STRIPE_JS_URL");
  if (scriptUrl) return { kind: "emulator", publishableKey, scriptUrl };
  return { kind: "stripe", publishableKey, isTest: publishableKey.startsWith("pk_test_") };
}

/** ISO 4217, in capitals. */
export function currency(): string {
  return (process.env.CURRENCY || "usd").toUpperCase();
}

/** How long a reservation holds, in seconds. */
export function holdSeconds(): number {
  const given = Number(process.env.EXPIRATION_WINDOW_SECONDS);
  return Number.isFinite(given) && given > 0 ? given : DEFAULT_HOLD_SECONDS;
}
