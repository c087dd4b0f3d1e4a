import { expect, test } from "vitest";

import type { Order, SummaryState } from "@/lib/api/types";

import { announcement, formatDuration, formatRemaining, timeLeft } from "./countdown";
import { historyOf, paidAt } from "./history";
import { pollInterval, summaryOf, viewOf } from "./view";

const MINUTE = 60_000;
const CREATED = Date.UTC(2026, 10, 22, 12, 0, 0);
const ID = `${(CREATED / 1000).toString(16)}00aabbccdd112233`.slice(0, 24);

function order(
  status: Order["status"] = "created",
  state: SummaryState = "awaiting_payment",
  final = false,
): Order {
  return {
    id: ID,
    status,
    userId: "u",
    version: 0,
    expiresAt: new Date(CREATED + 15 * MINUTE).toISOString(),
    ticket: { id: "t", title: "Opera", price: 240, version: 1 },
    summary: { state, text: "", final },
  };
}

test("an order can be paid until it expires", () => {
  expect(viewOf(order(), CREATED + 15 * MINUTE - 1)).toBe("payable");
  expect(viewOf(order(), CREATED + 15 * MINUTE)).toBe("overdue");
});

test.each([
  ["created", "declined", "payable"],
  ["created", "processing", "confirming"],
  ["created", "added_later" as SummaryState, "confirming"],
  ["complete", "disputed", "receipt"],
  ["cancelled", "unknown", "confirming"],
  ["cancelled", "dispute_lost", "closed"],
] as const)("a %s order that is %s is shown as %s", (status, state, view) => {
  expect(viewOf(order(status, state), CREATED)).toBe(view);
});

test.each([
  ["created", undefined, "awaiting_payment"],
  ["complete", undefined, "paid"],
  ["cancelled", "expired", "expired"],
  ["cancelled", "buyer", "released"],
] as const)("a %s order of a release without summaries has one", (status, reason, state) => {
  expect(summaryOf({ ...order(status), reason, summary: undefined })).toMatchObject({ state, final: false });
});

test("a final order is not polled", () => {
  expect(pollInterval(order("cancelled", "refund_failed", true), "closed")).toBeNull();
  expect(pollInterval(order("cancelled", "expired"), "closed")).toBe(10_000);
});

test("the history ends with the next step, if any", () => {
  const history = [
    { at: "2026-11-22T12:00:00Z", step: "reserved", text: "Reserved." },
    { at: "2026-11-22T12:01:00Z", step: "declined", text: "Declined." },
  ];
  const details = { ...order(), history };
  expect(historyOf(details, "Awaiting payment").map(({ tone }) => tone)).toEqual([
    "done",
    "failed",
    "pending",
  ]);
  expect(historyOf(details)).toHaveLength(2);
});

test("the payment time comes from the history", () => {
  const history = [{ at: "2026-11-22T12:02:00Z", step: "paid", text: "You paid.", amount: 240 }];
  expect(paidAt({ ...order(), history })).toBe(CREATED + 2 * MINUTE);
  expect(paidAt({ ...order(), history: [] })).toBeNull();
});

test.each([-999, -500, 0, 1])("a new order shows its total time %i ms after its creation", (after) => {
  const late = { ...order(), expiresAt: new Date(CREATED + 999 + 15 * MINUTE).toISOString() };
  expect(formatRemaining(timeLeft(late, CREATED + 999 + after).remainingMs)).toBe("15:00");
});

test("the total time comes from the order itself", () => {
  const long = { ...order(), expiresAt: new Date(CREATED + 30 * MINUTE).toISOString() };
  expect(timeLeft(long, CREATED + MINUTE)).toEqual({ remainingMs: 29 * MINUTE, totalMs: 30 * MINUTE });
  expect(timeLeft(long, CREATED + 31 * MINUTE).remainingMs).toBe(0);
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

test("5, 2 and 1 minutes are announced once, only the last after sleep", () => {
  expect(announcement(5 * MINUTE + 1, 5 * MINUTE)).toBe("5 minutes left to pay.");
  expect(announcement(5 * MINUTE, 5 * MINUTE - 250)).toBeNull();
  expect(announcement(6 * MINUTE, MINUTE)).toBe("1 minute left to pay.");
  expect(announcement(MINUTE / 2, -1)).toBe("The time to pay has run out.");
});

test("a duration uses its largest unit", () => {
  expect([900, 60, 90, 7200, 8].map(formatDuration)).toEqual([
    "15 minutes",
    "1 minute",
    "90 seconds",
    "2 hours",
    "8 seconds",
  ]);
});
