"""An audit reads page by page and finds the same as in one snapshot."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from nats.js.errors import NotFoundError

from ticketing_ops.audit import run_checks
from ticketing_ops.audit.ledger_reader import LedgerReader
from ticketing_ops.audit.reader import SnapshotReader
from ticketing_ops.audit.snapshot import Snapshot, by_id
from ticketing_ops.stack import SERVICES
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
        "payment_intents": [
            *NOTHING_WRONG.ledger["payment_intents"],  # type: ignore[index]
            {"id": "pi_stray", "amount_received": 700, "metadata": {"order_id": "open"}},
            {"id": "pi_foreign", "amount_received": 800, "metadata": None},
        ],
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
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=part_of_ledger(snapshot, request)))
    ledger = LedgerReader(httpx.AsyncClient(transport=transport, base_url="http://stripe"))
    return SnapshotReader(databases, NoStreams(), ledger)


def part_of_ledger(snapshot: Snapshot, request: httpx.Request) -> Any:
    """The emulator's response."""
    query = json.loads(request.content)
    intents = {intent["id"]: intent for intent in (snapshot.ledger or {})["payment_intents"]}
    ids = [*intents]
    start = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
    wanted = query.get("payment_intents", ids[start : start + query.get("limit", 0)])
    parts = {
        kind: [part for part in (snapshot.ledger or {})[kind] if part["payment_intent"] in wanted]
        for kind in ("refunds", "disputes")
    }
    return {"payment_intents": [intents[item] for item in wanted if item in intents], **parts}


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


async def test_reader_holds_only_a_page_of_the_ledger() -> None:
    reader = await reader_of(MUCH_WRONG)
    sizes = [len(page.ledger["payment_intents"]) async for page in reader.pages(2) if page.ledger is not None]
    assert max(sizes) <= 2


async def test_reader_reports_progress() -> None:
    reported = list[tuple[str, int]]()
    async for _ in (await reader_of(NOTHING_WRONG)).pages(2, lambda kind, done: reported.append((kind, done))):
        pass
    assert [kind for kind, done in reported if not done] == [
        "accounts", "tickets", "payments", "expiries", "payment intents"
    ]  # fmt: skip
    assert ("tickets", 4) in reported
