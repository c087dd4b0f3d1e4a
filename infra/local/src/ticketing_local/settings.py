"""The local stack's settings, read from the environment. Pure: no other effects."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ticketing_common.signing_keys import check_keys
from ticketing_local.errors import SettingsError
from ticketing_local.stripe_settings import STRIPE_NAMES, StripeSettings, read_stripe

ROOT = Path(__file__).resolve().parents[4]
SERVICES = ("auth", "tickets", "orders", "payments", "expiration")
REPLICABLE = (*SERVICES, "expiration-worker")
MAX_REPLICAS = 20
MAX_PORT = 65_535

# Not inherited: the stack sets these for its processes, or reads them itself.
OWN_NAMES = {
    "ADDRESSES",
    "JWT_SECRET",
    "OBSERVABILITY",
    "MONGO_URI",
    "NATS_URL",
    "REDIS_URL",
    "PORT",
    "STATE_DIR",
    "REPLICAS",
    "OTEL_SERVICE_NAME",  # each process has its own
    *STRIPE_NAMES,
}
# Not inherited either: make and uvicorn would read them in the stack's processes.
FOREIGN = re.compile(r"MAKE(FLAGS|LEVEL|OVERRIDES|_TERM.*)|MFLAGS|UVICORN_.*|WEB_CONCURRENCY|FORWARDED_ALLOW_IPS")


@dataclass(frozen=True)
class StackSettings:
    """The settings of one stack; `inherited` is the environment that all its processes get."""

    state_dir: Path
    port: int
    replicas: Mapping[str, int]
    stripe: StripeSettings
    jwt_secret: str | None
    observability: bool
    inherited: Mapping[str, str]

    def count(self, service: str) -> int:
        """The number of processes of this service."""
        return self.replicas.get(service, 1)


def read_settings(environ: Mapping[str, str]) -> StackSettings:
    """Raises SettingsError, which names the variable."""
    _check_window(environ.get("EXPIRATION_WINDOW_SECONDS"))
    _check_currency(environ.get("CURRENCY"))
    return StackSettings(
        state_dir=read_state_dir(environ),
        port=_port(environ.get("PORT") or "8080"),
        replicas=_replicas(environ.get("REPLICAS", "")),
        stripe=read_stripe(environ),
        jwt_secret=_jwt_secret(environ.get("JWT_SECRET", "")),
        observability=_observability(environ.get("OBSERVABILITY", "")),
        inherited={k: v for k, v in environ.items() if k not in OWN_NAMES and not FOREIGN.fullmatch(k)},
    )


def read_state_dir(environ: Mapping[str, str]) -> Path:
    """STATE_DIR as an absolute path; `.local` at the repository's root when it is not set."""
    value = environ.get("STATE_DIR")
    return Path(value).expanduser().absolute() if value else ROOT / ".local"


def read_addresses(environ: Mapping[str, str]) -> dict[str, str] | None:
    """ADDRESSES="nats=nats://… auth-mongo=mongodb://… …", the servers of another stack, such as a cluster's behind
    port-forwards; None when it is not set. Raises SettingsError when an address is missing."""
    addresses = dict(entry.partition("=")[::2] for entry in environ.get("ADDRESSES", "").split())
    required = ["nats", *(f"{service}-mongo" for service in SERVICES)]
    if addresses and (missing := [name for name in required if not addresses.get(name)]):
        raise SettingsError(f"ADDRESSES must also name {', '.join(missing)}, as in nats=nats://127.0.0.1:4222")
    return addresses or None


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MAX_PORT:
        raise SettingsError(f"PORT must be a whole number from 1 to {MAX_PORT}, not '{text}'")
    return int(text)


def _replicas(text: str) -> dict[str, int]:
    replicas: dict[str, int] = {}
    for item in text.replace(",", " ").split():
        service, _, count = item.partition("=")
        if service not in REPLICABLE:
            raise SettingsError(f"REPLICAS: '{service}' cannot be replicated; these can: {', '.join(REPLICABLE)}")
        if not count.isascii() or not count.isdigit() or not 1 <= int(count) <= MAX_REPLICAS:
            raise SettingsError(f"REPLICAS: '{item}' must be {service}=N with N from 1 to {MAX_REPLICAS}")
        replicas[service] = int(count)
    return replicas


def _jwt_secret(text: str) -> str | None:
    """None when it is not set. One that the services would refuse is refused before anything starts."""
    if not text:
        return None
    try:
        check_keys(text)
    except ValueError as error:
        raise SettingsError(f"JWT_SECRET {error}") from None
    return text


def _observability(text: str) -> bool:
    if text not in ("", "0", "1"):
        raise SettingsError(f"OBSERVABILITY must be 1 or 0, not '{text}'")
    return text == "1"


def _check_window(text: str | None) -> None:
    if text and not (text.isascii() and text.isdigit() and int(text) > 0):
        raise SettingsError(f"EXPIRATION_WINDOW_SECONDS must be a whole number of seconds above 0, not '{text}'")


def _check_currency(text: str | None) -> None:
    if text and not re.fullmatch("[A-Za-z]{3}", text):
        raise SettingsError(f"CURRENCY must be a code of three letters such as usd, not '{text}'")
