/** Writes one JSON line to stderr, with the same keys as the services' logs. Server only. */
export function logError(event: string, fields: Record<string, unknown>): void {
  console.error(JSON.stringify({ ...fields, event, level: "error", timestamp: new Date().toISOString() }));
}
