/** An order's history as shown: the service's entries, oldest first, and what comes next. */

import type { HistoryEntry, OrderDetails } from "@/lib/api/types";

export type Tone = "done" | "pending" | "failed";
export type Entry = { at: number | null; text: string; tone: Tone };

export function historyOf(order: OrderDetails, next?: string): Entry[] {
  return [
    ...order.history.map(entryOf),
    ...(next ? [{ at: null, text: next, tone: "pending" as const }] : []),
  ];
}

/** When the order was paid, or null. */
export function paidAt(order: OrderDetails): number | null {
  const paid = order.history.findLast(({ step }) => step === "paid");
  return paid ? Date.parse(paid.at) : null;
}

function entryOf({ at, step, text }: HistoryEntry): Entry {
  return { at: Date.parse(at), text, tone: step === "declined" ? "failed" : "done" };
}
