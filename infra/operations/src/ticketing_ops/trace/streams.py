"""Find an order's events in the streams."""

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from ticketing_common.errors import Unavailable
from ticketing_common.messaging import (
    DeadLetter,
    DeadLetters,
    StoredEvent,
    backlogs,
    connect_readonly,
    read_broker_state,
    read_events,
)
from ticketing_ops.consumers import CONSUMERS
from ticketing_ops.trace.timeline import DeadEvent, Document, Event

# Scanning a month's events takes minutes at most.
TIMEOUT_SECONDS = 300.0
SUBJECTS = ("order.>", "payment.>", "expiration.>", "ticket.updated", "ticket.withdrawn")
# Clocks differ, and a relay publishes a moment after the write.
_BEFORE = timedelta(seconds=10)


async def read_streams(
    url: str, *, order_id: str, ticket_id: str | None, since: datetime
) -> tuple[dict[str, Any], list[str]]:
    """The fields of `Evidence` that the streams have, and what could not be read.

    It reads the events since the order was placed, once.
    """
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS), connect_readonly(url) as jetstream:
            state = await read_broker_state(jetstream, CONSUMERS)
            if not state.streams:
                return {}, []
            stored = read_events(jetstream, subjects=SUBJECTS, since=since - _BEFORE)
            letters = DeadLetters(jetstream).all()
            return {
                "events": [event async for each in stored for event in _about(each, order_id, ticket_id)],
                "dead": [_dead(letter) async for letter in letters if order_id.encode() in letter.payload],
                "consumers": {lag.consumer: lag.subject for lag in state.consumers},
                "ack_floors": {backlog.durable: backlog.ack_floor for backlog in await backlogs(jetstream)},
            }, []
    except Unavailable as error:
        return {}, [f"The events could not be read: {error.message}."]
    except TimeoutError:
        return {}, ["The events could not be read: NATS does not respond."]


def _about(stored: StoredEvent, order_id: str, ticket_id: str | None) -> Iterator[Event]:
    """The event, if it is about the order, or is a new state of its ticket."""
    text = stored.payload
    is_ticket = stored.subject.startswith("ticket.")
    wanted = ticket_id if is_ticket else order_id
    if wanted is None or wanted.encode() not in text:
        return
    data = _parse(text)
    if data.get("id") == wanted or data.get("orderId") == order_id:
        yield Event(stored.sequence, stored.subject, stored.at, data, stored.headers.get("traceparent", ""))


def _parse(payload: bytes) -> Document:
    try:
        data = json.loads(payload)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _dead(letter: DeadLetter) -> DeadEvent:
    return DeadEvent(letter.sequence, letter.dead_lettered_at, letter.durable, letter.subject, letter.reason)
