/** What happened to an order, oldest first: the service's own words, and what is still to come. */

import type { HistoryLine, OrderDetails } from "@/lib/api/types";

import type { Phase } from "./phase";

export type Tone = "done" | "now" | "bad";
export type Entry = { at: number | null; text: string; tone: Tone };

const TO_COME: Partial<Record<Phase, string>> = {
  open: "Waiting for payment",
  processing: "Payment received, confirming",
  overdue: "The time to pay ran out",
};

export function historyOf(order: OrderDetails, phase: Phase): Entry[] {
  const next = TO_COME[phase];
  return [...order.history.map(entryOf), ...(next ? [{ at: null, text: next, tone: "now" as const }] : [])];
}

/** When the payment came in, or null before. */
export function paidAt(order: OrderDetails): number | null {
  const paid = order.history.findLast(({ step }) => step === "paid");
  return paid ? Date.parse(paid.at) : null;
}

function entryOf({ at, step, text }: HistoryLine): Entry {
  return { at: Date.parse(at), text, tone: step === "declined" ? "bad" : "done" };
}
