"""Events that arrived together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ticketing_common.events.event import Event

EventT = TypeVar("EventT", bound=Event)
EventT_co = TypeVar("EventT_co", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True, eq=False)
class Received(Generic[EventT_co]):
    """An event of a batch, and the `traceparent` of its handling: each event it causes continues its own trace."""

    event: EventT_co
    trace: str


def newest(
    batch: Iterable[Received[EventT]], *, key: Callable[[EventT], str], version: Callable[[EventT], Any]
) -> dict[str, Received[EventT]]:
    """By `key`, the aggregate's id: the event with the highest `version`, which makes the others about it stale."""
    found: dict[str, Received[EventT]] = {}
    for received in batch:
        event = received.event
        known = found.get(key(event))
        if known is None or version(known.event) < version(event):
            found[key(event)] = received
    return found
