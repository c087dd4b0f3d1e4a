"use client";

import type { Stripe } from "@stripe/stripe-js";
import { loadStripe } from "@stripe/stripe-js/pure";

import type { StripeConfig } from "@/lib/settings";

/** Loads Stripe.js; rejects if the script cannot be loaded. */
export async function loadStripeJs(
  stripeConfig: Exclude<StripeConfig, { kind: "missing" }>,
): Promise<Stripe> {
  // loadStripe uses `window.Stripe` if it exists, and loads nothing.
  if (stripeConfig.kind === "emulator") await loadScript(stripeConfig.scriptUrl);
  const stripe = await loadStripe(stripeConfig.publishableKey);
  if (stripe === null) throw new Error("Stripe.js runs only in a browser");
  return stripe;
}

function loadScript(url: string): Promise<void> {
  if ("Stripe" in window) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve();
    script.onerror = () => {
      script.remove();
      reject(new Error(`${url} could not be loaded`));
    };
    document.head.append(script);
  });
}
