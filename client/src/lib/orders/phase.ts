/** An order's state as the buyer sees it. */

import type { Order } from "@/lib/api/types";

export type Phase =
  | "open" // awaits payment
  | "processing" // charged, but orders does not know yet
  | "overdue" // past its expiry, not cancelled yet
  | "paid"
  | "expired"
  | "released"
  | "refunding" // cancelled, the refund is under way
  | "refunded";

/** `now` is the server's time in milliseconds. */
export function phaseOf(order: Order, now: number): Phase {
  if (order.status === "complete") return "paid";
  if (order.status === "cancelled") return cancelledPhase(order);
  if (wasCharged(order)) return "processing";
  return now >= Date.parse(order.expiresAt) ? "overdue" : "open";
}

function cancelledPhase(order: Order): Phase {
  if (wasCharged(order))
    return order.payment && order.payment.refunded >= order.payment.amount ? "refunded" : "refunding";
  return order.reason === "buyer" ? "released" : "expired";
}

/** Whether a payment was captured, even if refunded since. */
export function wasCharged(order: Order): boolean {
  return ["succeeded", "partially_refunded", "refunded"].includes(order.payment?.status ?? "");
}

/** Whether the latest payment attempt was declined. */
export function wasDeclined(order: Order): boolean {
  return order.payment?.status === "failed";
}

/** Milliseconds until the order should be fetched again; null once it is final. */
export function pollInterval(phase: Phase): number | null {
  switch (phase) {
    case "open":
      return 3_000;
    case "processing":
    case "overdue":
    case "refunding":
      return 1_000;
    case "expired":
    case "released":
      return 10_000; // a payment in flight may still arrive
    case "paid":
      return 10_000; // it may be disputed or refunded
    case "refunded":
      return null;
  }
}
