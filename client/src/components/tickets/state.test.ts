import { expect, test } from "vitest";

import type { OwnTicket } from "@/lib/api/types";

import { stateOf, statusOf } from "./state";

test("only the names of states are states", () => {
  expect(["on_sale", "reserved", "sold", "withdrawn"].map(stateOf)).toEqual([
    "on_sale",
    "reserved",
    "sold",
    "withdrawn",
  ]);
  expect([undefined, "", "free", "toString", "__proto__"].map(stateOf)).toEqual(Array(5).fill(undefined));
});

test("a state of a newer server is shown as not known", () => {
  const ticket = { state: "auctioned" } as unknown as OwnTicket;
  expect(statusOf(ticket).text).toBe("Unknown");
});
