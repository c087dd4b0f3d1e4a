"use client";

import type { Stripe } from "@stripe/stripe-js";
import { loadStripe } from "@stripe/stripe-js/pure";

import type { Till } from "@/lib/settings";

/** Stripe.js for this till, or a rejection when its script does not come. */
export async function loadTill(till: Exclude<Till, { kind: "missing" }>): Promise<Stripe> {
  // With `window.Stripe` there, loadStripe takes it as it is and loads nothing.
  if (till.kind === "emulator") await loadScript(till.scriptUrl);
  const stripe = await loadStripe(till.publishableKey);
  if (stripe === null) throw new Error("Stripe.js runs in a browser only");
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
      reject(new Error(`${url} did not load`));
    };
    document.head.append(script);
  });
}
