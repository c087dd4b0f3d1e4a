import "server-only";

import { setting } from "@/lib/environment";

/** Settings are read from the environment at each request: one build serves every installation. */

export type StripeConfig =
  | { kind: "emulator"; publishableKey: string; scriptUrl: string }
  | { kind: "stripe"; publishableKey: string; isTest: boolean }
  | { kind: "missing" };

const DEFAULT_HOLD_SECONDS = 900;

/** How the card form is loaded. STRIPE_JS_URL is the emulator's script; without it Stripe's own is used. */
export function stripeConfig(): StripeConfig {
  const publishableKey = setting("STRIPE_PUBLISHABLE_KEY");
  if (!publishableKey) return { kind: "missing" };
  const scriptUrl = setting("STRIPE_JS_URL");
  if (scriptUrl) return { kind: "emulator", publishableKey, scriptUrl };
  return { kind: "stripe", publishableKey, isTest: publishableKey.startsWith("pk_test_") };
}

/** The ISO 4217 code in upper case. */
export function currency(): string {
  return (process.env.CURRENCY || "usd").toUpperCase();
}

/** How long a ticket is reserved, in seconds. */
export function holdSeconds(): number {
  const seconds = Number(process.env.EXPIRATION_WINDOW_SECONDS);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : DEFAULT_HOLD_SECONDS;
}
