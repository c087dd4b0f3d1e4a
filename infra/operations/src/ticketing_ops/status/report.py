"""What `ticketing status` shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ticketing_common.messaging import BrokerState
from ticketing_ops.stack import Process


@dataclass(frozen=True, slots=True)
class Health:
    """What a process itself responds: ready or not, and the state of what it depends on (`up`, `degraded`, `down`)."""

    ready: bool
    text: str
    dependencies: Mapping[str, str]

    @property
    def missing(self) -> list[str]:
        """The dependencies that are not well."""
        return [name for name, state in self.dependencies.items() if state not in ("up", "there")]

    @property
    def summary(self) -> str:
        """In a few words: `ready, redis down`."""
        return ", ".join([self.text, *(f"{name} {self.dependencies[name]}" for name in self.missing)])


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """A process; `health` is None for one that has no address to ask."""

    process: Process
    health: Health | None


@dataclass(frozen=True, slots=True)
class Outbox:
    """The events that a service's database holds back; `error` says why it could not be read."""

    service: str
    events: int = 0
    oldest_at: datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Guarantees:
    """What must be 0, each None if its databases could not be read.

    overdue: unpaid orders that still hold their ticket 30 s after they expired. unreconciled: payments whose money
    neither bought the order nor was refunded a minute after it last moved. unscheduled: open orders that expiration
    does not know after a minute.
    """

    overdue: "Violations | None" = None
    unreconciled: "Violations | None" = None
    unscheduled: "Violations | None" = None


@dataclass(frozen=True, slots=True)
class Violations:
    """The number of orders, the ids of the first few, and for payments the sum of what is wrong."""

    count: int
    order_ids: Sequence[str] = ()
    minor_units: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """Everything, as read at `at`; `broker` is None with `broker_error`."""

    stack: str
    in_cluster: bool
    at: datetime
    processes: Sequence[ProcessStatus]
    processes_error: str | None
    broker: BrokerState | None
    broker_error: str | None
    outboxes: Sequence[Outbox]
    guarantees: Guarantees


@dataclass(frozen=True, slots=True)
class Problem:
    """What needs a person, in a sentence, and what to do: a command, or a section of the runbook."""

    what: str
    do: str
