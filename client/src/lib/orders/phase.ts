/** Where an order stands, in the buyer's eyes. */

import type { Order } from "@/lib/api/types";

export type Phase =
  | "open" // waits for money
  | "processing" // money is taken or on its way, the order is not told yet
  | "overdue" // the time is up, the service has not said so yet
  | "paid"
  | "expired"
  | "released"
  | "refunding" // cancelled, with money that goes back
  | "refunded";

/** `now` is the server's time in milliseconds. */
export function phaseOf(order: Order, now: number): Phase {
  if (order.status === "complete") return "paid";
  if (order.status === "cancelled") return cancelledPhase(order);
  if (hasMoney(order)) return "processing";
  return now >= Date.parse(order.expiresAt) ? "overdue" : "open";
}

function cancelledPhase(order: Order): Phase {
  if (hasMoney(order))
    return order.payment && order.payment.refunded >= order.payment.amount ? "refunded" : "refunding";
  return order.reason === "buyer" ? "released" : "expired";
}

/** Whether a payment was captured, given back or not. */
export function hasMoney(order: Order): boolean {
  return ["succeeded", "partially_refunded", "refunded"].includes(order.payment?.status ?? "");
}

/** Whether the last card was refused and none has paid since. */
export function wasDeclined(order: Order): boolean {
  return order.payment?.status === "failed";
}

/** How soon to look at the order again, in milliseconds; null when nothing more will happen. */
export function lookAgainIn(phase: Phase): number | null {
  switch (phase) {
    case "open":
      return 3_000;
    case "processing":
    case "overdue":
    case "refunding":
      return 1_000;
    case "expired":
    case "released":
      return 10_000; // a payment that was under way may still come in
    case "paid":
      return 10_000; // the bank may dispute it, the seller give it back
    case "refunded":
      return null;
  }
}
