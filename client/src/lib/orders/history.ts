/** An order's history as shown: the service's entries, oldest first, and what comes next. */

import type { HistoryLine, OrderDetails } from "@/lib/api/types";

import type { Phase } from "./phase";

export type Tone = "done" | "pending" | "failed";
export type Entry = { at: number | null; text: string; tone: Tone };

const NEXT: Partial<Record<Phase, string>> = {
  open: "Awaiting payment",
  processing: "Payment received, confirming",
  overdue: "The time to pay has run out",
};

export function historyOf(order: OrderDetails, phase: Phase): Entry[] {
  const next = NEXT[phase];
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

function entryOf({ at, step, text }: HistoryLine): Entry {
  return { at: Date.parse(at), text, tone: step === "declined" ? "failed" : "done" };
}
