"""Faults on demand: what goes wrong on the way to Stripe, inside it, and on the way back."""

import json
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stripe_emulator.storage.database import Database

ApiKind = Literal["delay", "drop", "error", "rate_limit", "processing"]
WebhookKind = Literal["withhold", "duplicate", "reorder"]


class Fault(BaseModel):
    """One fault, for the next `count` requests or events that match it (all, without a count)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ApiKind | WebhookKind
    when: Literal["before", "after"] | None = None  # the work is done; drop: after, else before
    method: Literal["GET", "POST", "*"] = "*"
    path: str = "*"  # a glob over the path, for the kinds that concern requests
    event: str = "*"  # a glob over the event's type, for the kinds that concern webhooks
    seconds: float = Field(default=1.0, ge=0, le=600)
    copies: int = Field(default=2, ge=2, le=10)
    count: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _has_a_sense(self) -> Self:
        if self.when == "after" and self.kind not in {"delay", "drop", "error"}:
            raise ValueError(f"{self.kind} happens before the work is done: leave `when` out")
        return self

    @property
    def after(self) -> bool:
        return (self.when or ("after" if self.kind == "drop" else "before")) == "after"

    @property
    def concerns_webhooks(self) -> bool:
        return self.kind in {"withhold", "duplicate", "reorder"}

    def matches_request(self, method: str, path: str) -> bool:
        return not self.concerns_webhooks and self.method in {"*", method} and fnmatchcase(path, self.path)

    def matches_event(self, event_type: str) -> bool:
        return self.concerns_webhooks and fnmatchcase(event_type, self.event)


class ArmedFault(BaseModel):
    """A fault that waits, with how often it struck."""

    id: int
    fault: Fault
    remaining: int | None
    hits: int


class Faults:
    """The faults that are armed, on disk like all else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def arm(self, fault: Fault) -> ArmedFault:
        sql = "insert into faults (body, remaining) values (?, ?)"
        number = self._database.insert(sql, fault.model_dump_json(), fault.count)
        return ArmedFault(id=number, fault=fault, remaining=fault.count, hits=0)

    def armed(self) -> list[ArmedFault]:
        rows = self._database.rows("select id, body, remaining, hits from faults order by id")
        return [
            ArmedFault.model_validate({"id": number, "fault": json.loads(str(body)), "remaining": left, "hits": hits})
            for number, body, left, hits in rows
        ]

    def disarm(self, number: int | None = None) -> int:
        """Take one fault away, or all; how many were."""
        if number is None:
            return self._database.run("delete from faults")
        return self._database.run("delete from faults where id = ?", number)

    def strike_request(self, method: str, path: str) -> list[Fault]:
        """The faults that hit this request, oldest first; each is counted."""
        return self._strike(armed for armed in self.armed() if armed.fault.matches_request(method, path))

    def strike_event(self, event_type: str) -> list[ArmedFault]:
        """The faults that hit this event, as they stood before."""
        hit = [armed for armed in self.armed() if armed.fault.matches_event(event_type)]
        self._strike(hit)
        return hit

    def _strike(self, hit: Iterable[ArmedFault]) -> list[Fault]:
        return [self._count(armed) for armed in hit]

    def _count(self, armed: ArmedFault) -> Fault:
        if armed.remaining == 1:
            self.disarm(armed.id)
        else:
            self._database.run("update faults set remaining = remaining - 1, hits = hits + 1 where id = ?", armed.id)
        return armed.fault
