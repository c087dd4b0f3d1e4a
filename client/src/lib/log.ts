/** Writes one JSON line to stderr, with the same keys as the services' logs. Server only. */
type Log = (event: string, fields: Record<string, unknown>) => void;

export const logError = atLevel("error");
export const logWarning = atLevel("warning");
export const logInfo = atLevel("info");

function atLevel(level: string): Log {
  return (event, fields) => {
    const timestamp = new Date().toISOString();
    console.error(JSON.stringify({ timestamp, level, service: "client", event, ...fields }));
  };
}
