/** The newer state of a ticket or an order: what was read may be older than an event that has arrived meanwhile. */
export function newerOf<T extends { version: number }>(known: T, latest: T): T {
  return latest.version >= known.version ? latest : known;
}
