/** What happened to an order, oldest first, in the buyer's words. Times only where they are known. */

import type { Order } from "@/lib/api/types";
import { madeAt } from "@/lib/ids";

import { hasMoney, wasDeclined, type Phase } from "./phase";

export type Tone = "done" | "now" | "bad";
export type Entry = { at: number | null; text: string; tone: Tone };
export type Decline = { at: number | null; text: string };

/** `declines` are those seen while the page was open; the order itself only tells that there was one. */
export function historyOf(order: Order, phase: Phase, declines: Decline[]): Entry[] {
  const reserved: Entry = { at: madeAt(order.id), text: "Reserved for you", tone: "done" };
  return [reserved, ...declined(order, declines), ...ending(order, phase)];
}

function declined(order: Order, declines: Decline[]): Entry[] {
  const seen =
    declines.length === 0 && wasDeclined(order) ? [{ at: null, text: "A card was declined" }] : declines;
  return seen.map(({ at, text }) => ({ at, text, tone: "bad" }));
}

function ending(order: Order, phase: Phase): Entry[] {
  const expiresAt = Date.parse(order.expiresAt);
  const ranOut: Entry = { at: expiresAt, text: "The time ran out", tone: "done" };
  const released: Entry = { at: null, text: "You released the ticket", tone: "done" };
  const cancelled = order.reason === "buyer" ? released : ranOut;
  switch (phase) {
    case "open":
      return [{ at: null, text: "Waiting for payment", tone: "now" }];
    case "processing":
      return [{ at: null, text: "Payment received, confirming", tone: "now" }];
    case "overdue":
      return [{ ...ranOut, tone: "now" }];
    case "paid":
      return [{ at: null, text: "Paid, the ticket is yours", tone: "done" }, ...givenBack(order)];
    case "expired":
    case "released":
      return [cancelled];
    case "refunding":
      return [cancelled, { at: null, text: "Your payment came in, it goes back to you", tone: "now" }];
    case "refunded":
      return [cancelled, ...givenBack(order)];
  }
}

function givenBack(order: Order): Entry[] {
  if (!hasMoney(order) || !order.payment?.refunded) return [];
  const whole = order.payment.refunded >= order.payment.amount;
  return [{ at: null, text: whole ? "Refunded in full" : "Refunded in part", tone: "done" }];
}
