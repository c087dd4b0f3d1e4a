/** Ids of the services: 24 hex digits, of which the first eight are the second of their making. */

/** When the thing was made, in milliseconds since 1970. */
export function madeAt(id: string): number {
  return Number.parseInt(id.slice(0, 8), 16) * 1000;
}

/** The last six digits: what people compare. */
export function shortId(id: string): string {
  return id.slice(-6);
}
