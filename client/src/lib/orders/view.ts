/** How pages present the state of an order, which the server reports. */

import type { Order } from "@/lib/api/types";

export type View =
  | "payable"
  | "overdue" // past its expiry, not cancelled yet
  | "confirming" // the payment's result is not known yet
  | "receipt"
  | "closed";

/** `now` is the server's time in milliseconds. */
export function viewOf(order: Order, now: number): View {
  if (order.status === "complete") return "receipt";
  if (order.status === "cancelled") return order.summary.state === "unknown" ? "confirming" : "closed";
  switch (order.summary.state) {
    case "awaiting_payment":
    case "action_required":
    case "declined":
    case "payment_cancelled":
      return now >= Date.parse(order.expiresAt) ? "overdue" : "payable";
    default:
      return "confirming";
  }
}

/** Whether the latest payment attempt was declined. */
export function wasDeclined(order: Order): boolean {
  return order.summary.state === "declined";
}

/** Milliseconds until the order should be fetched again; null once it is final. */
export function pollInterval(order: Order, view: View): number | null {
  if (order.summary.final) return null;
  if (view === "confirming" || view === "overdue") return 1_000;
  return view === "payable" || order.summary.state === "refund_pending" ? 3_000 : 10_000;
}
