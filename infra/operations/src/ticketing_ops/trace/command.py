"""Read everything about an order at once, and tell it."""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from ticketing_common.clock import utc_now
from ticketing_common.currency import Currency
from ticketing_common.errors import Unavailable
from ticketing_ops.errors import OperationError
from ticketing_ops.stack import Stack, open_databases
from ticketing_ops.trace.drawing import page, picture
from ticketing_ops.trace.steps import steps
from ticketing_ops.trace.stores import find_order_id, is_id, read_documents
from ticketing_ops.trace.streams import read_streams
from ticketing_ops.trace.stripe import read_stripe
from ticketing_ops.trace.tasks import tasks
from ticketing_ops.trace.text import text
from ticketing_ops.trace.timeline import Evidence, Timeline

_ID_SECONDS = 8  # hex digits of an id that say when it was made


def trace(stack: Stack, name: str, *, as_json: bool, svg: Path | None, html: Path | None) -> int:
    """Print what happened to the order, or of the ticket or payment, with this id; draw it to files.

    Raises OperationError when there is no such order, or the databases cannot be read.
    """
    timeline = asyncio.run(read_timeline(stack, name))
    print(_json(timeline) if as_json else text(timeline))
    for path, drawn in ((svg, picture), (html, page)):
        if path is not None:
            _write(path, drawn(timeline))
    return 0


async def read_timeline(stack: Stack, name: str) -> Timeline:
    """What happened to the order, or of the ticket or payment, with this id. Raises OperationError."""
    if not is_id(name):
        raise OperationError(f"'{name}' is not an id: pass one of an order, ticket or payment (24 hex digits), or pi_…")
    async with open_databases(stack.urls) as databases:
        try:
            order_id = await find_order_id(databases, name)
        except Unavailable:
            if name.startswith("pi_"):
                raise OperationError("Payments does not respond: pass the id of the order instead") from None
            order_id = name
        if order_id is None:
            raise OperationError(f"No order, ticket or payment has the id {name}")
        documents, unread = await read_documents(databases, order_id)
    return _told(await _evidence(stack, order_id, documents, unread))


async def _evidence(stack: Stack, order_id: str, documents: Mapping[str, object], unread: list[str]) -> Evidence:
    order, payment = documents["order"], documents["payment"]
    since = order["created_at"] if isinstance(order, Mapping) else _made_at(order_id)
    ticket_id = order["ticket"]["id"] if isinstance(order, Mapping) else None
    intent_id = payment.get("intent_id") if isinstance(payment, Mapping) else None
    (events, no_events), (objects, no_objects) = await asyncio.gather(
        read_streams(stack.urls["nats"], order_id=order_id, ticket_id=ticket_id, since=since),
        read_stripe(intent_id, emulator=stack.urls.get("stripe"), environ=os.environ),
    )
    found = {**documents, **events}
    return Evidence(order_id, utc_now(), stripe=objects, unread=[*unread, *no_events, *no_objects], **found)


def _made_at(document_id: str) -> datetime:
    return datetime.fromtimestamp(int(document_id[:_ID_SECONDS], 16), UTC)


def _told(evidence: Evidence) -> Timeline:
    currency = _currency(evidence)
    return Timeline(
        order_id=evidence.order_id,
        title=_title(evidence, currency),
        facts=_facts(evidence),
        steps=steps(evidence, currency),
        tasks=tasks(evidence, currency),
        unread=evidence.unread,
    )


def _currency(evidence: Evidence) -> Currency:
    intent = evidence.stripe.get("payment_intent") or {}
    return Currency.of(intent.get("currency") or os.environ.get("CURRENCY") or "usd")


def _title(evidence: Evidence, currency: Currency) -> str:
    order = evidence.order
    if order is None:
        return f"Order {evidence.order_id}"
    reason = f" ({order['reason']})" if order.get("reason") else ""
    price = currency.format_price(order["ticket"]["price"])
    return f"Order {evidence.order_id} of “{order['ticket']['title']}” at {price}: {order['status']}{reason}"


def _facts(evidence: Evidence) -> dict[str, str]:
    order, ticket, payment = evidence.order or {}, evidence.ticket or {}, evidence.payment or {}
    people = (("buyer", order.get("user_id")), ("seller", ticket.get("user_id")))
    facts = {role: f"{user_id} ({evidence.emails.get(user_id, 'unknown')})" for role, user_id in people if user_id}
    if order:
        facts["ticket"] = order["ticket"]["id"]
    if payment.get("intent_id"):
        facts["payment"] = f"{payment['id']} ({payment['intent_id']})"
    if evidence.trace_id:
        facts["trace"] = evidence.trace_id
    return facts


def _json(timeline: Timeline) -> str:
    return json.dumps(asdict(timeline), indent=2, ensure_ascii=False, default=lambda moment: moment.isoformat())


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content)
    except OSError as error:
        raise OperationError(f"{path} cannot be written: {error.strerror}") from None
    print(f"Drawn: {path}")
