"""Find an order's documents in the five databases."""

import asyncio
import re
from collections.abc import Awaitable, Mapping
from typing import Any

from ticketing_common.errors import Unavailable
from ticketing_common.mongo import Database, translated_errors
from ticketing_ops.trace.timeline import Document

TIMEOUT_SECONDS = 5.0
Databases = Mapping[str, Database]
# Of a user, the address only.
_USER = {"email": 1}


async def find_order_id(databases: Databases, name: str) -> str | None:
    """The order with this id; the latest order of the ticket, or that of the payment or the PaymentIntent, with it.

    Raises Unavailable.
    """
    if name.startswith("pi_"):
        found = await _one(databases["payments"], "payments", {"intent_id": name})
        return str(found["_id"]) if found else None
    by_id = (("orders", "orders"), ("payments", "payments"), ("expiration", "expiries"))
    for service, collection in by_id:
        if await _one(databases[service], collection, {"_id": name}) is not None:
            return name
    orders = databases["orders"]
    latest = await _one(orders, "orders", {"ticket.id": name}, sort=[("hold", -1)])
    latest = latest or await _one(databases["payments"], "payments", {"id": name})
    return str(latest["_id"]) if latest else None


async def read_documents(databases: Databases, order_id: str) -> tuple[dict[str, Any], list[str]]:
    """The fields of `Evidence` that the stores have, and what could not be read."""
    unread: list[str] = []
    order, payment, expiry = await asyncio.gather(
        _read("orders", _one(databases["orders"], "orders", {"_id": order_id}), unread),
        _read("payments", _one(databases["payments"], "payments", {"_id": order_id}), unread),
        _read("expiration", _one(databases["expiration"], "expiries", {"_id": order_id}), unread),
    )
    ticket = None
    if order is not None:
        by_id = {"_id": order["ticket"]["id"]}
        ticket = await _read("tickets", _one(databases["tickets"], "tickets", by_id), unread)
    users = {document["user_id"] for document in (order, ticket) if document is not None}
    emails = {user_id: await _read("auth", _email(databases["auth"], user_id), unread) for user_id in users}
    found = {"order": order, "payment": payment, "expiry": expiry, "ticket": ticket}
    return found | {"emails": {user_id: email for user_id, email in emails.items() if email}}, unread


def mask_email(email: str) -> str:
    """Enough to recognize an address that one knows: `a***@e***.com`."""
    name, _, domain = email.partition("@")
    host, _, top = domain.rpartition(".")
    return f"{name[:1]}***@{host[:1]}***{f'.{top}' if host else ''}"


async def _email(auth: Database, user_id: str) -> str | None:
    user = await _one(auth, "users", {"_id": user_id}, fields=_USER)
    if user is None:
        return "unknown"
    return mask_email(user["email"]) if user.get("email") else "deleted account"


async def _one(
    database: Database,
    collection: str,
    query: Document,
    *,
    sort: list[tuple[str, int]] | None = None,
    fields: Mapping[str, int] | None = None,
) -> Document | None:
    async with translated_errors():
        return await database.collection(collection).find_one(dict(query), fields, sort=sort)


async def _read(service: str, reading: Awaitable[Any], unread: list[str]) -> Any:
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await reading
    except (Unavailable, TimeoutError):
        sentence = f"The database of {service} does not respond."
        if sentence not in unread:
            unread.append(sentence)
        return None


def is_id(name: str) -> bool:
    """Whether it has the form of an id of ours, or of Stripe's PaymentIntent."""
    return re.fullmatch(r"[0-9a-f]{24}|pi_\w{8,80}", name) is not None
