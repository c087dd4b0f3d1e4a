import { expect, test } from "vitest";

import type { Order, OrderPayment } from "@/lib/api/types";

import { announcement, formatRemaining, formatWindow } from "./countdown";
import { historyOf } from "./history";
import { lookAgainIn, phaseOf } from "./phase";

const MINUTE = 60_000;
const MADE = Date.UTC(2026, 10, 22, 12, 0, 0);
const ID = `${(MADE / 1000).toString(16)}00aabbccdd112233`.slice(0, 24);

function order(changes: Partial<Order> = {}, payment?: Partial<OrderPayment>): Order {
  return {
    id: ID,
    status: "created",
    userId: "u",
    version: 0,
    expiresAt: new Date(MADE + 15 * MINUTE).toISOString(),
    ticket: { id: "t", title: "Opera", price: 240 },
    ...changes,
    ...(payment ? { payment: { status: "succeeded", amount: 240, refunded: 0, ...payment } } : {}),
  };
}

test("an order waits for money until its time is up", () => {
  expect(phaseOf(order(), MADE + 15 * MINUTE - 1)).toBe("open");
  expect(phaseOf(order(), MADE + 15 * MINUTE)).toBe("overdue");
});

test("a declined card leaves the order open", () => {
  expect(phaseOf(order({}, { status: "failed" }), MADE)).toBe("open");
});

test("money that has come in is being processed, even after the time is up", () => {
  expect(phaseOf(order({}, {}), MADE + 16 * MINUTE)).toBe("processing");
});

test.each([
  [{ status: "complete" }, {}, "paid"],
  [{ status: "cancelled", reason: "expired" }, undefined, "expired"],
  [{ status: "cancelled", reason: "buyer" }, { status: "failed" }, "released"],
  [{ status: "cancelled", reason: "expired" }, {}, "refunding"],
  [{ status: "cancelled", reason: "buyer" }, { status: "refunded", refunded: 240 }, "refunded"],
] as const)("%j with payment %j is %s", (changes, payment, phase) => {
  expect(phaseOf(order(changes, payment), MADE)).toBe(phase);
});

test("what can still change is looked at again, what cannot is left alone", () => {
  expect(lookAgainIn("refunded")).toBeNull();
  expect(lookAgainIn("expired")).not.toBeNull();
});

test("the history tells a decline once, with its reason where it was seen", () => {
  const declined = order({}, { status: "failed" });
  const texts = (declines: { at: number; text: string }[]) =>
    historyOf(declined, "open", declines).map(({ text }) => text);
  expect(texts([])).toContain("A card was declined");
  expect(texts([{ at: MADE, text: "Card declined: no funds" }])).toEqual([
    "Reserved for you",
    "Card declined: no funds",
    "Waiting for payment",
  ]);
});

test("the history of a refund says why and when the time ran out", () => {
  const refunded = order({ status: "cancelled", reason: "expired" }, { status: "refunded", refunded: 240 });
  const [reserved, ranOut, back] = historyOf(refunded, "refunded", []);
  expect(reserved?.at).toBe(MADE);
  expect(ranOut?.at).toBe(MADE + 15 * MINUTE);
  expect(back?.text).toBe("Refunded in full");
});

test("the time left is rounded up to the second", () => {
  expect([558_000, 999, 0, -5, 3_661_000].map(formatRemaining)).toEqual([
    "09:18",
    "00:01",
    "00:00",
    "00:00",
    "1:01:01",
  ]);
});

test("5, 2 and 1 minutes are announced once each, and after a sleep only the last", () => {
  expect(announcement(5 * MINUTE + 1, 5 * MINUTE)).toBe("5 minutes left to pay.");
  expect(announcement(5 * MINUTE, 5 * MINUTE - 250)).toBeNull();
  expect(announcement(6 * MINUTE, MINUTE)).toBe("1 minute left to pay.");
  expect(announcement(MINUTE / 2, -1)).toBe("The time to pay has run out.");
});

test("a window is told in its largest unit", () => {
  expect([900, 60, 90, 7200, 8].map(formatWindow)).toEqual([
    "15 minutes",
    "1 minute",
    "90 seconds",
    "2 hours",
    "8 seconds",
  ]);
});
