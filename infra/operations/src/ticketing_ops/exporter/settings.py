"""The exporter's settings."""

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ticketing_common.observability.logs import LogFormat
from ticketing_common.settings import LogLevel
from ticketing_common.urls import NatsUrl


class Settings(BaseSettings):
    """From the environment.

    `NATS_MONITOR_URL`: NATS' monitoring port, such as http://nats:8222. The storage limit of the server shows only
    there; without it, `jetstream_storage_limit_bytes` is exported only if the account has a limit of its own.
    `METRICS_PORT`, or `PORT`: where /metrics and /healthz are served, on `METRICS_HOST`.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    nats_url: NatsUrl
    nats_monitor_url: str | None = Field(default=None, pattern="^https?://")
    port: int = Field(default=9101, ge=0, le=65_535, validation_alias=AliasChoices("METRICS_PORT", "PORT"))
    metrics_host: str = "0.0.0.0"  # noqa: S104  # scraped from outside, like the other processes
    log_level: LogLevel = "INFO"
    log_format: LogFormat | None = None
