/** How pages present the state of an order, which the server reports. */

import type { Order, SummaryOut } from "@/lib/api/types";

export type View =
  | "payable"
  | "overdue" // past its expiry, not cancelled yet
  | "confirming" // the payment's result is not known yet
  | "receipt"
  | "closed";

/** The order's summary. The previous release of orders sends none: during a rollout its status and reason suffice. */
export function summaryOf(order: Omit<Order, "summary"> & { summary?: SummaryOut }): SummaryOut {
  if (order.summary) return order.summary;
  if (order.status === "complete") return { state: "paid", text: "Paid. The ticket is yours.", final: false };
  if (order.status !== "cancelled")
    return { state: "awaiting_payment", text: "Reserved for you.", final: false };
  return order.reason === "expired"
    ? { state: "expired", text: "The time to pay has run out.", final: false }
    : { state: "released", text: "You released this ticket.", final: false };
}

/** `now` is the server's time in milliseconds. */
export function viewOf(order: Order, now: number): View {
  if (order.status === "complete") return "receipt";
  if (order.status === "cancelled") return summaryOf(order).state === "unknown" ? "confirming" : "closed";
  switch (summaryOf(order).state) {
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
  return summaryOf(order).state === "declined";
}

/** Milliseconds until the order should be fetched again; null once it is final. */
export function pollInterval(order: Order, view: View): number | null {
  if (summaryOf(order).final) return null;
  if (view === "confirming" || view === "overdue") return 1_000;
  return view === "payable" || summaryOf(order).state === "refund_pending" ? 3_000 : 10_000;
}
