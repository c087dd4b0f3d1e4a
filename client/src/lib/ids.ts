/** Service ids are MongoDB ObjectIds: 24 hex digits, of which the first eight are the creation time in seconds. */

/** Creation time in milliseconds since the epoch. */
export function createdAt(id: string): number {
  return Number.parseInt(id.slice(0, 8), 16) * 1000;
}

/** The last six digits, as shown to people. */
export function shortId(id: string): string {
  return id.slice(-6);
}
