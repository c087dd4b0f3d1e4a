"""What a process of the stack is: data, from which the supervisor's configuration is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ticketing_local.probes import Probe


class Tier(StrEnum):
    """Started in this order, stopped in the opposite one, so that no request meets a stack half gone."""

    INFRASTRUCTURE = "infrastructure"
    SERVICES = "services"
    EDGE = "edge"


@dataclass(frozen=True)
class Process:
    """One process: its command, what it may know, where it answers, and how to tell that it is well.

    `files` are written before it starts; `needs` must be there, each with what to say and do when it is not."""

    name: str
    tier: Tier
    command: tuple[str, ...]
    environment: Mapping[str, str]
    probe: Probe | None = None
    url: str | None = None
    stop_seconds: int = 15
    folders: tuple[Path, ...] = ()
    files: Mapping[Path, str] = field(default_factory=dict)
    needs: Mapping[Path, str] = field(default_factory=dict)
