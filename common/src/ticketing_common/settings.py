"""Settings from the environment or from secret files. Secrets and URLs have no default: a service never starts by
accident."""

import re
import sys
from math import inf
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from limits import parse
from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ticketing_common.currency import Currency
from ticketing_common.observability.logs import LogFormat
from ticketing_common.rate_limits import Rate, RateLimiter
from ticketing_common.signing_keys import MIN_BYTES, check_keys
from ticketing_common.telemetry_settings import TelemetrySettings
from ticketing_common.tokens import DEFAULT_LIMITS, SessionLimits
from ticketing_common.urls import MongoUrl, NatsUrl, RedisUrl

# Pydantic's "Input should be …" becomes "VARIABLE must be …".
_PREAMBLE = re.compile(r"^(?:Input|String) should ")

SettingsT = TypeVar("SettingsT", bound=BaseSettings)

# Where Docker mounts secrets: the file MONGO_URI has the value of a setting that the environment lacks.
SECRETS = Path("/run/secrets")


def _known_level(value: str) -> str:
    if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
    return value.upper()


LogLevel = Annotated[str, AfterValidator(_known_level)]


class CommonSettings(TelemetrySettings):
    """What every service needs."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    mongo_uri: MongoUrl
    # PyMongo's own asynchronous client is Motor's successor, and costs less CPU.
    mongo_driver: Literal["motor", "pymongo"] = "motor"
    log_level: LogLevel = "INFO"
    # The Git commit of the code, which infra/images stores in the image.
    revision: str = "unknown"
    # By default `console` if standard error is a terminal, else `json`.
    log_format: LogFormat | None = None
    # `off` switches off every limit of how often something may be done, for load tests.
    rate_limits: Literal["on", "off"] = "on"
    requests_per_address: Rate = parse("6000/minute")
    requests_per_user: Rate = parse("1200/minute")
    # How long a stopping process still accepts requests, so that routers have time to notice.
    shutdown_delay_seconds: float = Field(default=0.3, ge=0, le=5)


class MessagingSettings(CommonSettings):
    """What a service needs that publishes or consumes events."""

    nats_url: NatsUrl
    # Longer than any unnoticed outage: a consumer that is down for longer misses events.
    stream_max_age_days: float = Field(default=30, gt=0, le=3650)
    # Bounds the disk. A full stream refuses new events, which wait in the outboxes: nothing is lost.
    stream_max_bytes: int = Field(default=4 * 1024**3, ge=1024**2)
    # Bounds the dead letters. A full stream refuses more, which stay with their consumers.
    dead_stream_max_bytes: int = Field(default=256 * 1024**2, ge=1024**2)
    stream_replicas: int = Field(default=1, ge=1, le=5)


class SessionSettings(MessagingSettings):
    """What a service needs that reads the session cookie, and learns by events which sessions were revoked.

    `JWT_SECRET`: the key, or several, separated by commas: the current one first, then previous ones.
    """

    jwt_secret_min_bytes: int = Field(default=MIN_BYTES, ge=MIN_BYTES)
    jwt_secret: SecretStr
    session_idle_seconds: int = Field(default=DEFAULT_LIMITS.idle, ge=60)
    session_lifetime_seconds: int = Field(default=DEFAULT_LIMITS.lifetime, ge=60, validate_default=True)

    @field_validator("jwt_secret")
    @classmethod
    def _has_good_keys(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        check_keys(value.get_secret_value(), min_bytes=info.data.get("jwt_secret_min_bytes", MIN_BYTES))
        return value

    @field_validator("session_lifetime_seconds")
    @classmethod
    def _is_outlived_by_revocations(cls, value: int, info: ValidationInfo) -> int:
        """A process that starts reads the revocations from the stream."""
        limits = SessionLimits(info.data.get("session_idle_seconds", DEFAULT_LIMITS.idle), value)
        if info.data.get("stream_max_age_days", inf) * 86_400 <= limits.revocation_lifetime:
            raise ValueError(
                "must be shorter than STREAM_MAX_AGE_DAYS, or SESSION_IDLE_SECONDS at least a day shorter, "
                "or revoked sessions would become valid again"
            )
        return value

    @property
    def session_limits(self) -> SessionLimits:
        """How long sessions last."""
        return SessionLimits(self.session_idle_seconds, self.session_lifetime_seconds)


class LimitSettings(CommonSettings):
    """What a service needs that limits how often something may be done; without Redis each process counts alone."""

    redis_url: RedisUrl | None = None

    def rate_limiter(self) -> RateLimiter:
        """The limiter of a process with these settings."""
        return RateLimiter(self.redis_url, enabled=self.rate_limits == "on")


class PricingSettings(SessionSettings):
    """What a service needs that handles prices. `CURRENCY` is the ISO 4217 code of all of them."""

    currency: str = "usd"

    @field_validator("currency")
    @classmethod
    def _is_currency(cls, value: str) -> str:
        return Currency.of(value).code

    @property
    def money(self) -> Currency:
        """The currency with its decimals and limits."""
        return Currency.of(self.currency)


class StreamingSettings(PricingSettings):
    """What a service needs whose clients follow what happens. `MAX_EVENT_STREAMS`: how many may do so in one process;
    `EVENT_STREAMS_PER_ADDRESS`: how many of them from one address."""

    max_event_streams: int = Field(default=1_000, ge=1, le=100_000)
    event_streams_per_address: int = Field(default=100, ge=1, le=100_000)


def load(settings: type[SettingsT], secrets: Path = SECRETS) -> SettingsT:
    """Read `settings` from the environment, else from files; name what is missing or invalid in one line and exit 2."""
    try:
        return settings(_secrets_dir=secrets if secrets.is_dir() else None)
    except ValidationError as error:
        problems = "; ".join(_describe(item["loc"], item["type"], item["msg"]) for item in error.errors())
        sys.stderr.write(f"error: {problems}\n")
        raise SystemExit(2) from None


def _describe(loc: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(loc[0]).upper() if loc else "the environment"
    if kind == "missing":
        return f"{name} is not set: set it in the environment"
    return f"{name} {_PREAMBLE.sub('must ', message.removeprefix('Value error, '))}"
