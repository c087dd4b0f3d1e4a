/** Writes one JSON line to stderr, with the same keys as the services' logs. Server only. */
export function logError(event: string, fields: Record<string, unknown>): void {
  const timestamp = new Date().toISOString();
  console.error(JSON.stringify({ timestamp, level: "error", service: "client", event, ...fields }));
}
