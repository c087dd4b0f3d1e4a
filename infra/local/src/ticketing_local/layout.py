"""Everything a process's definition is made from, gathered once by `up`."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ticketing_local.probes import HOST
from ticketing_local.settings import SERVICES, StackSettings

PYTHON = sys.executable


@dataclass(frozen=True)
class Layout:
    """Settings, chosen ports, found binaries and secrets of one stack."""

    settings: StackSettings
    ports: Mapping[str, int]
    binaries: Mapping[str, str]
    jwt_secret: str
    webhook_secret: str

    def url(self, scheme: str, name: str, path: str = "") -> str:
        """Where a process answers."""
        return f"{scheme}://{HOST}:{self.ports[name]}{path}"

    def folder(self, name: str) -> Path:
        """A process's own data."""
        return self.settings.state_dir / name

    @property
    def emulator_url(self) -> str | None:
        """The Stripe emulator's address, or None when Stripe itself is meant."""
        return self.url("http", "stripe") if self.settings.stripe.emulated else None


def replica_names(settings: StackSettings, service: str) -> list[str]:
    """`orders`, or `orders-1`, `orders-2` … when there are several."""
    count = settings.count(service)
    return [service] if count == 1 else [f"{service}-{number}" for number in range(1, count + 1)]


def port_names(settings: StackSettings) -> list[str]:
    """Every port but the gateway's, which the caller chooses."""
    infrastructure = ["mongo", "nats", "nats-monitor", "redis"]
    emulator = ["stripe"] if settings.stripe.emulated else []
    return infrastructure + emulator + [*_service_names(settings), "client"]


def _service_names(settings: StackSettings) -> list[str]:
    return [name for service in SERVICES for name in replica_names(settings, service)]
