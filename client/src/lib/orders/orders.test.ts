import { expect, test } from "vitest";

import type { Order, OrderPayment } from "@/lib/api/types";

import { announcement, formatRemaining, formatWindow, timeLeft } from "./countdown";
import { historyOf, paidAt } from "./history";
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

test("the history ends with what is still to come, while something is", () => {
  const history = [
    { at: "2026-11-22T12:00:00Z", step: "reserved", text: "Reserved." },
    { at: "2026-11-22T12:01:00Z", step: "declined", text: "Declined." },
  ];
  expect(historyOf({ ...order(), history }, "open").map(({ tone }) => tone)).toEqual(["done", "bad", "now"]);
  expect(historyOf({ ...order(), history }, "refunded")).toHaveLength(2);
});

test("the receipt knows when the money came in", () => {
  const history = [{ at: "2026-11-22T12:02:00Z", step: "paid", text: "You paid.", amount: 240 }];
  expect(paidAt({ ...order(), history })).toBe(MADE + 2 * MINUTE);
  expect(paidAt({ ...order(), history: [] })).toBeNull();
});

test.each([-999, -500, 0, 1])(
  "a new order shows its whole time and no second more, %i ms after it was made by a clock known to the second",
  (after) => {
    const late = { ...order(), expiresAt: new Date(MADE + 999 + 15 * MINUTE).toISOString() };
    expect(formatRemaining(timeLeft(late, MADE + 999 + after).leftMs)).toBe("15:00");
  },
);

test("an order's time is its own, however long others are held", () => {
  const long = { ...order(), expiresAt: new Date(MADE + 30 * MINUTE).toISOString() };
  expect(timeLeft(long, MADE + MINUTE)).toEqual({ leftMs: 29 * MINUTE, wholeMs: 30 * MINUTE });
  expect(timeLeft(long, MADE + 31 * MINUTE).leftMs).toBe(0);
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
