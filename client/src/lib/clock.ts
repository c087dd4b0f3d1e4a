/**
 * Estimates the server's clock; the browser's own may be wrong by hours.
 *
 * Each response's Date header (whole seconds, rounded down) bounds the offset between the two clocks: the response was
 * produced after the request was sent and before it was received. Several responses narrow the bounds.
 */

export type Bounds = { low: number; high: number };

/** The bounds from one response, in milliseconds to add to the browser's clock; null without a valid Date. */
export function boundsOf(response: { headers: Headers; sentAt: number; receivedAt: number }): Bounds | null {
  const date = Date.parse(response.headers.get("date") ?? "");
  if (Number.isNaN(date)) return null;
  return { low: date - response.receivedAt, high: date + 1000 - response.sentAt };
}

/** Their intersection; the newer bounds alone if it is empty, because the browser's clock was changed. */
export function intersect(known: Bounds | null, newer: Bounds): Bounds {
  if (known === null) return newer;
  const both = { low: Math.max(known.low, newer.low), high: Math.min(known.high, newer.high) };
  return both.low <= both.high ? both : newer;
}

/** The midpoint, in milliseconds. */
export function offsetOf(bounds: Bounds): number {
  return Math.round((bounds.low + bounds.high) / 2);
}
