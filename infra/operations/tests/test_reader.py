"""An audit reads page by page and finds the same as in one snapshot."""

from dataclasses import replace

import httpx
import pytest
from nats.js.errors import NotFoundError

from ticketing_ops.audit import run_checks
from ticketing_ops.audit.reader import SERVICES, SnapshotReader
from ticketing_ops.audit.snapshot import Snapshot, by_id
from ticketing_test_support.clean_snapshot import clean_snapshot, known, order, payment, ticket
from ticketing_test_support.memory import InMemoryDatabase
from ticketing_test_support.snapshots import read_all

COLLECTIONS = {
    "users": ("auth", "users"),
    "tickets": ("tickets", "tickets"),
    "orders": ("orders", "orders"),
    "known_tickets": ("orders", "tickets"),
    "payments": ("payments", "payments"),
    "expiries": ("expiration", "expiries"),
}
NOTHING_WRONG = clean_snapshot()
MUCH_WRONG = replace(
    NOTHING_WRONG,
    users=[
        *NOTHING_WRONG.users,
        {"_id": "twin", "email_key": "buyer@example.com"},
        {"_id": "idle", "email_key": "idle@example.com"},
    ],
    tickets=[*NOTHING_WRONG.tickets, {**ticket("t-new", "gone"), "user_id": "unknown"}],
    orders=[*NOTHING_WRONG.orders, order("lost", "t-lost", "created", "reserved")],
    known_tickets=[*NOTHING_WRONG.known_tickets, known("t-zero")],
    payments=[*NOTHING_WRONG.payments, payment("alone", intent_id="pi_x", captured=5, status="created")],
    expiries=[*NOTHING_WRONG.expiries, {"_id": "alone", "outbox": [{"id": "waiting"}]}],
    ledger={
        **NOTHING_WRONG.ledger,  # type: ignore[dict-item]
        "refunds": [],
        "disputes": [{"payment_intent": "pi_sold", "amount": 5, "status": "needs_response"}],
    },
)


class NoStreams:
    """A JetStream context of a server without streams."""

    async def consumers_info(self, *_: object, **__: object) -> None:
        raise NotFoundError

    async def get_msg(self, *_: object, **__: object) -> None:
        raise NotFoundError


async def reader_of(snapshot: Snapshot) -> SnapshotReader:
    """A reader of databases and a ledger with this content."""
    databases = {service: InMemoryDatabase({}) for service in SERVICES}
    for name, (service, collection) in COLLECTIONS.items():
        if documents := [dict(document) for document in getattr(snapshot, name)]:
            await databases[service].collection(collection).insert_many(documents)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=snapshot.ledger))
    return SnapshotReader(databases, NoStreams(), httpx.AsyncClient(transport=transport, base_url="http://stripe"))


@pytest.mark.parametrize("page_size", [1, 2, 3, 1000])
@pytest.mark.parametrize("snapshot", [NOTHING_WRONG, MUCH_WRONG])
async def test_pages_have_the_same_findings_as_the_whole(snapshot: Snapshot, page_size: int) -> None:
    reader = await reader_of(snapshot)
    findings = {item async for page in reader.pages(page_size) for item in run_checks(replace(page, at=snapshot.at))}
    assert sorted(findings) == run_checks(snapshot)


@pytest.mark.parametrize("name", COLLECTIONS)
async def test_pages_are_complete(name: str) -> None:
    whole = await read_all(await reader_of(MUCH_WRONG), page_size=2)
    assert by_id(getattr(whole, name)).keys() == by_id(getattr(MUCH_WRONG, name)).keys()


async def test_page_holds_no_more_tickets_than_asked_for() -> None:
    reader = await reader_of(MUCH_WRONG)
    assert max([len(page.tickets) async for page in reader.pages(2)]) == 2
