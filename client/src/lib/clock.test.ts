import { expect, test } from "vitest";

import { boundsOf, intersect, offsetOf, type Bounds } from "./clock";

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 22, 12, 0, 0);

/** A response of a server whose clock is `ahead` of the browser's, produced halfway through `travelMs`. */
function responseAt(browserTime: number, ahead: number, travelMs = 40) {
  const date = new Date(browserTime + travelMs / 2 + ahead).toUTCString();
  return { headers: new Headers({ date }), sentAt: browserTime, receivedAt: browserTime + travelMs };
}

test.each([-HOUR, 0, 1_250, HOUR])(
  "one response corrects a clock that is %i ms off to the second",
  (ahead) => {
    const bounds = boundsOf(responseAt(NOON + 420, ahead)) as Bounds;
    expect(Math.abs(offsetOf(bounds) - ahead)).toBeLessThanOrEqual(1_000);
    expect(bounds.low).toBeLessThanOrEqual(ahead);
    expect(bounds.high).toBeGreaterThanOrEqual(ahead);
  },
);

test("more responses give a better estimate", () => {
  const ahead = -HOUR + 333;
  const bounds = [0, 1_190, 2_380, 3_570, 4_760].map(
    (later) => boundsOf(responseAt(NOON + later, ahead)) as Bounds,
  );
  const known = bounds.reduce<Bounds | null>(intersect, null) as Bounds;
  expect(Math.abs(offsetOf(known) - ahead)).toBeLessThan(200);
});

test("changing the browser's clock discards earlier bounds", () => {
  const before = boundsOf(responseAt(NOON, HOUR)) as Bounds;
  const after = boundsOf(responseAt(NOON, 0)) as Bounds;
  expect(intersect(before, after)).toEqual(after);
});

test("a response without a valid Date gives no bounds", () => {
  expect(boundsOf({ headers: new Headers(), sentAt: 0, receivedAt: 1 })).toBeNull();
  expect(boundsOf({ headers: new Headers({ date: "soon" }), sentAt: 0, receivedAt: 1 })).toBeNull();
});
