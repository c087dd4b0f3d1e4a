import { expect, test } from "vitest";

import type { ApiResult } from "@/lib/api/response";
import type { Ticket } from "@/lib/api/types";

import { isWithdrawn, latestOf } from "./withdrawal";

const KNOWN = { id: "t", userId: "seller-1", version: 3, title: "Row C", price: 20, orderId: "o" };
const failed = (status: number): ApiResult<Ticket> => ({
  ok: false,
  problem: { status, messages: [], fields: {} },
});

test("a ticket that can no longer be read is withdrawn", () => {
  expect(isWithdrawn(latestOf(KNOWN, failed(404)))).toBe(true);
});

test.each([0, 401, 503])("a read that fails with %i says nothing about the ticket", (status) => {
  expect(latestOf(KNOWN, failed(status))).toBe(KNOWN);
});

test("an order comes before the withdrawal", () => {
  expect(isWithdrawn({ ...KNOWN, withdrawn: true })).toBe(false);
});
