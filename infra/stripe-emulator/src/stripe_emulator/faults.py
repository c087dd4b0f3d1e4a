"""Faults on demand, for API requests and for webhooks."""

import json
from fnmatch import fnmatchcase
from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from stripe_emulator.database import Database

ApiKind = Literal["delay", "drop", "error", "rate_limit", "processing"]
WebhookKind = Literal["withhold", "duplicate", "reorder"]


class Fault(BaseModel, extra="forbid", frozen=True):
    """One fault, for the next `count` requests or events that match it (all, without a count)."""

    kind: ApiKind | WebhookKind
    when: Literal["before", "after"] | None = None  # request handling; default: after for drop, else before
    method: Literal["GET", "POST", "*"] = "*"
    path: str = "*"  # a glob, for request faults
    event: str = "*"  # a glob over the event type, for webhook faults
    seconds: float = Field(default=1.0, ge=0, le=600)
    copies: int = Field(default=2, ge=2, le=10)
    count: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _check_when(self) -> Self:
        if self.when == "after" and self.kind not in {"delay", "drop", "error"}:
            raise ValueError(f"{self.kind} always happens before the request is handled: leave `when` out")
        return self

    @property
    def after(self) -> bool:
        return (self.when or ("after" if self.kind == "drop" else "before")) == "after"

    @property
    def is_webhook_fault(self) -> bool:
        return self.kind in {"withhold", "duplicate", "reorder"}

    def matches_request(self, method: str, path: str) -> bool:
        return not self.is_webhook_fault and self.method in {"*", method} and fnmatchcase(path, self.path)

    def matches_event(self, event_type: str) -> bool:
        return self.is_webhook_fault and fnmatchcase(event_type, self.event)


class ArmedFault(BaseModel):
    """A fault, how many more times it applies (None: always) and how many times it did."""

    id: int
    fault: Fault
    remaining: int | None
    hits: int


class Faults:
    """The armed faults, on disk."""

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
        """Remove one fault, or all; the number removed."""
        if number is None:
            return self._database.run("delete from faults")
        return self._database.run("delete from faults where id = ?", number)

    def take_for_request(self, method: str, path: str) -> list[Fault]:
        """The faults that apply to this request, oldest first; each use is counted."""
        matching = [armed for armed in self.armed() if armed.fault.matches_request(method, path)]
        return [armed.fault for armed in self._count_uses(matching)]

    def take_for_event(self, event_type: str) -> list[ArmedFault]:
        """The faults that apply to this event, as they were before this use, which is counted."""
        return self._count_uses([armed for armed in self.armed() if armed.fault.matches_event(event_type)])

    def _count_uses(self, matching: list[ArmedFault]) -> list[ArmedFault]:
        for armed in matching:
            if armed.remaining == 1:
                self.disarm(armed.id)
            else:
                sql = "update faults set remaining = remaining - 1, hits = hits + 1 where id = ?"
                self._database.run(sql, armed.id)
        return matching
