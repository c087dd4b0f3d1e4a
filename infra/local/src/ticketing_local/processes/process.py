"""A process of the stack as data, and what its definition is made from."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ticketing_local.credentials import Credentials
from ticketing_local.probes import HOST, HttpProbe, Probe
from ticketing_local.settings import REPLICABLE, StackSettings

PYTHON = sys.executable


class Tier(StrEnum):
    """Tiers start in this order and stop in the opposite one, so that no request meets a half-stopped stack."""

    INFRASTRUCTURE = "infrastructure"
    SERVICES = "services"
    EDGE = "edge"


@dataclass(frozen=True)
class Process:
    """One process.

    `probe` shows when it is ready; a process that fails its `liveness` probe for long is restarted. At the start of the
    stack it also waits until `prepare`, called once the probe passes, has returned True. `files` are written before it
    starts. Each path of `needs` must exist; its text says how to create it.
    """

    name: str
    tier: Tier
    command: tuple[str, ...]
    environment: Mapping[str, str]
    probe: Probe | None = None
    liveness: HttpProbe | None = None
    prepare: Callable[[], bool] = lambda: True
    url: str | None = None
    stop_seconds: int = 15
    folders: tuple[Path, ...] = ()
    files: Mapping[Path, str] = field(default_factory=dict)
    needs: Mapping[Path, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """Settings, ports, binaries and secrets of one stack."""

    settings: StackSettings
    ports: Mapping[str, int]
    binaries: Mapping[str, str]
    jwt_secret: str
    webhook_secret: str
    credentials: Credentials

    def url(self, scheme: str, name: str, path: str = "") -> str:
        """The address of a process."""
        return f"{scheme}://{HOST}:{self.ports[name]}{path}"

    def login_url(self, scheme: str, name: str, login: str, path: str = "") -> str:
        """The address of a server, with credentials."""
        return self.url(scheme, name, path).replace("://", f"://{login}")

    def folder(self, name: str) -> Path:
        """A process's own data."""
        return self.settings.state_dir / name

    @property
    def emulator_url(self) -> str | None:
        """The Stripe emulator's address; None when Stripe itself is used."""
        return self.url("http", "stripe") if self.settings.stripe.emulated else None


def replica_names(settings: StackSettings, service: str) -> list[str]:
    """`orders`, or `orders-1`, `orders-2` … when there are several."""
    count = settings.count(service)
    return [service] if count == 1 else [f"{service}-{number}" for number in range(1, count + 1)]


def port_names(settings: StackSettings) -> list[str]:
    """The processes that need a port, except the gateway."""
    infrastructure = ["mongo", "nats", "nats-monitor", "redis"]
    emulator = ["stripe"] if settings.stripe.emulated else []
    services = [name for service in REPLICABLE for name in replica_names(settings, service)]
    observability = ["exporter", "prometheus", "telemetry"] if settings.observability else []
    return [*infrastructure, *emulator, *services, "client", *observability]
