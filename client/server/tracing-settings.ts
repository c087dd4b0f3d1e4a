/** OpenTelemetry's standard variables, as far as they decide whether spans are recorded; the SDK reads the others. */

export type Environment = Record<string, string | undefined>;

/** If and only if there is an endpoint to send them to, or they go to the console. */
export function recordsTraces(environment: Environment): boolean {
  const exporter = environment.OTEL_TRACES_EXPORTER || "otlp";
  if (environment.OTEL_SDK_DISABLED?.toLowerCase() === "true" || exporter === "none") return false;
  return exporter === "console" || Boolean(endpoint(environment));
}

function endpoint(environment: Environment): string | undefined {
  return environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || environment.OTEL_EXPORTER_OTLP_ENDPOINT;
}
