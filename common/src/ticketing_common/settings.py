"""Settings from the environment. Secrets and addresses have no default: a service never starts by luck."""

import re
import sys
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ticketing_common.currency import Currency

MIN_SECRET_CHARS = 8
# Pydantic says "Input should be …"; to the reader it is the variable that must.
_PREAMBLE = re.compile(r"^(?:Input|String) should ")

SettingsT = TypeVar("SettingsT", bound=BaseSettings)


class CommonSettings(BaseSettings):
    """What every service needs."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    mongo_uri: str
    nats_url: str
    log_level: str = "INFO"
    # Longer than any outage that goes unnoticed: an event that ages out before its hearer is back is lost to it.
    stream_max_age_days: float = Field(default=30, gt=0, le=3650)
    # A full stream refuses new events; they wait in the outboxes. So it bounds the disk and loses nothing.
    stream_max_bytes: int = Field(default=4 * 1024**3, ge=1024**2)
    stream_replicas: int = Field(default=1, ge=1, le=5)
    # How long a stopping process still answers, so that no router sends it a request it will not take.
    shutdown_delay_seconds: float = Field(default=0.3, ge=0, le=5)

    @field_validator("mongo_uri")
    @classmethod
    def _is_mongo(cls, value: str) -> str:
        return _with_scheme(value, ("mongodb://", "mongodb+srv://"))

    @field_validator("nats_url")
    @classmethod
    def _is_nats(cls, value: str) -> str:
        return _with_scheme(value, ("nats://", "tls://"))

    @field_validator("log_level")
    @classmethod
    def _is_level(cls, value: str) -> str:
        if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()


class SessionSettings(CommonSettings):
    """What a service needs that looks at the session cookie."""

    jwt_secret: SecretStr

    @field_validator("jwt_secret")
    @classmethod
    def _is_long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value().strip()) < MIN_SECRET_CHARS:
            raise ValueError(f"must have at least {MIN_SECRET_CHARS} characters, or sessions can be forged")
        return value


class PricingSettings(SessionSettings):
    """What a service needs that deals with prices. `CURRENCY`: in what everybody pays, an ISO 4217 code."""

    currency: str = "usd"

    @field_validator("currency")
    @classmethod
    def _is_currency(cls, value: str) -> str:
        return Currency.of(value).code

    @property
    def money(self) -> Currency:
        """The currency with its decimals and bounds."""
        return Currency.of(self.currency)


def load(settings: type[SettingsT]) -> SettingsT:
    """Read `settings` from the environment; on a missing or senseless one, name it in one line and exit 2."""
    try:
        return settings()
    except ValidationError as error:
        problems = "; ".join(_in_words(item["loc"], item["type"], item["msg"]) for item in error.errors())
        sys.stderr.write(f"error: {problems}\n")
        raise SystemExit(2) from None


def _in_words(loc: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(loc[0]).upper() if loc else "the environment"
    if kind == "missing":
        return f"{name} is not set: set it in the environment"
    return f"{name} {_PREAMBLE.sub('must ', message.removeprefix('Value error, '))}"


def _with_scheme(value: str, schemes: tuple[str, ...]) -> str:
    if not value.startswith(schemes) or not _names_hosts(value.split("://", 1)[1]):
        raise ValueError(f"must be an address that begins with {' or '.join(schemes)} and names a host")
    return value


def _names_hosts(address: str) -> bool:
    """Whether it begins with `[user:password@]host[:port]`, or several with commas between."""
    hosts = re.split(r"[/?]", address, maxsplit=1)[0].rpartition("@")[2].split(",")
    return all(_is_host(host) for host in hosts)


def _is_host(host: str) -> bool:
    try:
        parts = urlsplit(f"//{host}")
        return bool(parts.hostname) and " " not in host and parts.port != 0
    except ValueError:  # a port that is none
        return False
