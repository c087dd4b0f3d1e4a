"""Where the processes send their spans, by OpenTelemetry's standard variables."""

from ticketing_local.processes.process import Layout

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
EXPORT_MILLISECONDS = 1_000  # by default 5 s, which is long for somebody who waits for a trace


def tracing_environment(layout: Layout, service: str) -> dict[str, str]:
    """To what the environment of `make run` names, else to `telemetry` if it runs, else nowhere."""
    environment = {"OTEL_SERVICE_NAME": service}
    inherited = layout.settings.inherited
    if layout.settings.observability and not any(inherited.get(name) for name in ENDPOINTS):
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = layout.url("http", "telemetry")
        if not inherited.get("OTEL_BSP_SCHEDULE_DELAY"):
            environment["OTEL_BSP_SCHEDULE_DELAY"] = str(EXPORT_MILLISECONDS)
    return environment
