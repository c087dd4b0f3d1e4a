import { expect, test } from "vitest";

import type { Ticket } from "@/lib/api/types";

import { countNew, NO_CHANGES, withChanges, withEvent, withRead, type Changes } from "./changes";

const LIMIT = 3;
const TICKETS = ["t3", "t2", "t1"].map((id) => ticket(id));

function ticket(id: string, fields: Partial<Ticket> = {}): Ticket {
  return { id, title: `Title ${id}`, price: 20, userId: "u", version: 0, ...fields };
}

function shown(changes: Changes) {
  return withChanges(TICKETS, changes).map(({ ticket, availability }) => `${ticket.id} ${availability}`);
}

test("a ticket changes in its place", () => {
  let changes = withEvent(NO_CHANGES, TICKETS, "reserved", ticket("t2", { version: 1, orderId: "o" }));
  expect(shown(changes)).toEqual(["t3 available", "t2 reserved", "t1 available"]);
  changes = withEvent(changes, TICKETS, "freed", ticket("t2", { version: 2 }));
  changes = withEvent(changes, TICKETS, "repriced", ticket("t3", { version: 1, price: 25 }));
  expect(shown(changes)).toEqual(["t3 available", "t2 available", "t1 available"]);
  expect(withChanges(TICKETS, changes)[0]?.ticket.price).toBe(25);
});

test("old news changes nothing", () => {
  const sold = withEvent(NO_CHANGES, TICKETS, "sold", ticket("t2", { version: 1, orderId: "o" }));
  const late = withEvent(sold, TICKETS, "reserved", ticket("t2", { version: 1, orderId: "o" }));
  const older = withEvent(late, TICKETS, "edited", ticket("t2"));
  expect(shown(older)).toEqual(["t3 available", "t2 sold", "t1 available"]);
});

test("a list that was rendered later wins", () => {
  const changes = withEvent(NO_CHANGES, TICKETS, "reserved", ticket("t2", { version: 1 }));
  const later = [ticket("t2", { version: 2 })];
  expect(withChanges(later, changes)[0]?.availability).toBe("available");
});

test("new tickets are counted, not shown, while they are on sale", () => {
  let changes = withEvent(NO_CHANGES, TICKETS, "new", ticket("t4"));
  changes = withEvent(changes, TICKETS, "new", ticket("t4"));
  changes = withEvent(changes, TICKETS, "new", ticket("t5"));
  expect([countNew(TICKETS, changes), shown(changes).length]).toEqual([2, 3]);
  changes = withEvent(changes, TICKETS, "reserved", ticket("t5", { version: 1 }));
  expect(countNew(TICKETS, changes)).toBe(1);
  expect(countNew([ticket("t4"), ...TICKETS], changes)).toBe(0);
});

test("what a new read does not have is gone, unless it is beyond the end of the page", () => {
  const read = [ticket("t4"), ticket("t3", { version: 1, price: 30 }), ticket("t2")];
  const changes = withRead(NO_CHANGES, TICKETS, read, LIMIT);
  expect(shown(changes)).toEqual(["t3 available", "t2 available", "t1 available"]);
  expect(countNew(TICKETS, changes)).toBe(1);
  expect(shown(withRead(NO_CHANGES, TICKETS, [ticket("t3")], LIMIT))).toEqual([
    "t3 available",
    "t2 gone",
    "t1 gone",
  ]);
});

test("a read that is older than an event changes nothing", () => {
  const reserved = withEvent(NO_CHANGES, TICKETS, "reserved", ticket("t2", { version: 1 }));
  expect(shown(withRead(reserved, TICKETS, TICKETS, LIMIT))[1]).toBe("t2 reserved");
  expect(shown(withRead(reserved, TICKETS, [], LIMIT))[1]).toBe("t2 reserved");
});
