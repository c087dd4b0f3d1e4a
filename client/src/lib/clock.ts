/**
 * The server's clock, seen from a browser whose own may be wrong by an hour.
 *
 * Each answer's Date header (whole seconds, rounded down) bounds the difference between the two clocks: the answer was
 * made after the request left and before it came in. Bounds from several answers narrow it down.
 */

export type Bounds = { low: number; high: number };

/** What one answer tells, in milliseconds to add to the browser's clock; null without a readable Date. */
export function boundsOf(answer: { headers: Headers; sentAt: number; receivedAt: number }): Bounds | null {
  const date = Date.parse(answer.headers.get("date") ?? "");
  if (Number.isNaN(date)) return null;
  return { low: date - answer.receivedAt, high: date + 1000 - answer.sentAt };
}

/** Both together; the newer alone when they contradict each other: then the browser's clock was set. */
export function narrowed(known: Bounds | null, news: Bounds): Bounds {
  if (known === null) return news;
  const both = { low: Math.max(known.low, news.low), high: Math.min(known.high, news.high) };
  return both.low <= both.high ? both : news;
}

/** The best guess within bounds. */
export function offsetOf(bounds: Bounds): number {
  return Math.round((bounds.low + bounds.high) / 2);
}
