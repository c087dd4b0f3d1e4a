import { expect, test } from "vitest";

import { boundsOf, narrowed, offsetOf, type Bounds } from "./clock";

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 22, 12, 0, 0);

/** An answer of a server whose clock is `ahead` of the browser's, half way through `travelMs`. */
function answerAt(browserTime: number, ahead: number, travelMs = 40) {
  const date = new Date(browserTime + travelMs / 2 + ahead).toUTCString();
  return { headers: new Headers({ date }), sentAt: browserTime, receivedAt: browserTime + travelMs };
}

test.each([-HOUR, 0, 1_250, HOUR])(
  "a clock that is %i ms off is put right to the second by one answer",
  (ahead) => {
    const bounds = boundsOf(answerAt(NOON + 420, ahead)) as Bounds;
    expect(Math.abs(offsetOf(bounds) - ahead)).toBeLessThanOrEqual(1_000);
    expect(bounds.low).toBeLessThanOrEqual(ahead);
    expect(bounds.high).toBeGreaterThanOrEqual(ahead);
  },
);

test("more answers make it more exact", () => {
  const ahead = -HOUR + 333;
  const answers = [0, 1_190, 2_380, 3_570, 4_760].map(
    (later) => boundsOf(answerAt(NOON + later, ahead)) as Bounds,
  );
  const known = answers.reduce<Bounds | null>(narrowed, null) as Bounds;
  expect(Math.abs(offsetOf(known) - ahead)).toBeLessThan(200);
});

test("when the visitor sets the clock, what was known before is forgotten", () => {
  const before = boundsOf(answerAt(NOON, HOUR)) as Bounds;
  const after = boundsOf(answerAt(NOON, 0)) as Bounds;
  expect(narrowed(before, after)).toEqual(after);
});

test("an answer without a readable date tells nothing", () => {
  expect(boundsOf({ headers: new Headers(), sentAt: 0, receivedAt: 1 })).toBeNull();
  expect(boundsOf({ headers: new Headers({ date: "soon" }), sentAt: 0, receivedAt: 1 })).toBeNull();
});
