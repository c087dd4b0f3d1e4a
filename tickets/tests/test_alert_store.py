"""Alerts on the real MongoDB."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo.database import Database as SyncDatabase

from ticketing_common.errors import Unavailable
from ticketing_common.mongo import new_id
from ticketing_test_support.mongo import database_at
from ticketing_tickets.alerts.domain import Alert, AlertState
from ticketing_tickets.alerts.store import INDEXES, MongoAlertStore

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
async def store(mongo_uri: str) -> AsyncIterator[MongoAlertStore]:
    """An empty store with its indexes."""
    database = database_at(mongo_uri, default_name="tickets", indexes=INDEXES)
    await database.run()
    yield MongoAlertStore(database)
    await database.close()


async def stored(store: MongoAlertStore, **fields: str) -> Alert:
    """An alert that waits."""
    ids = {"id": new_id(), "ticket_id": new_id(), "user_id": new_id(), **fields}
    alert = Alert(**ids, email="user@example.com", created_at=datetime.now(UTC).replace(microsecond=0))  # type: ignore[arg-type]
    assert await store.add(alert)
    return alert


async def test_alert_is_claimed_once_and_waits_again_if_unclaimed(store: MongoAlertStore) -> None:
    alert = await stored(store)
    assert await store.find(alert.ticket_id, alert.user_id) == alert
    assert [await store.claim(alert, now=NOW) for _ in range(2)] == [True, False]
    told = replace(alert, state=AlertState.NOTIFIED, email=None, at=NOW)
    assert await store.find(alert.ticket_id, alert.user_id) == told
    await store.unclaim(alert)
    assert await store.find(alert.ticket_id, alert.user_id) == alert


async def test_renewed_alert_is_not_that_which_was_claimed(store: MongoAlertStore) -> None:
    alert = await stored(store)
    await store.claim(alert, now=NOW)
    ended = replace(alert, state=AlertState.NOTIFIED)
    renewed = replace(alert, id=new_id())
    assert not await store.add(renewed)
    assert [await store.renew(renewed, expected=ended) for _ in range(2)] == [True, False]
    await store.unclaim(alert)
    assert not await store.claim(alert, now=NOW)
    assert await store.find(alert.ticket_id, alert.user_id) == renewed


async def test_oldest_alert_is_told_first(store: MongoAlertStore) -> None:
    ticket_id = new_id()
    first, second = [await stored(store, ticket_id=ticket_id) for _ in range(2)]
    other = await stored(store)
    assert await store.next_waiting(ticket_id) == first
    await store.claim(first, now=NOW)
    assert await store.next_waiting(ticket_id) == second
    assert await store.awaited([ticket_id, first.id]) == [ticket_id]
    assert sorted(await store.awaited()) == sorted([ticket_id, other.ticket_id])
    await store.end(ticket_id, AlertState.SOLD, now=NOW)
    assert await store.awaited() == [other.ticket_id]


async def test_fields_of_a_newer_release_are_ignored_and_its_states_retried(
    store: MongoAlertStore, server: SyncDatabase[dict[str, Any]]
) -> None:
    alert = await stored(store)
    server["alerts"].update_one({}, {"$set": {"language": "de"}})
    assert await store.find(alert.ticket_id, alert.user_id) == alert
    server["alerts"].update_one({}, {"$set": {"state": "postponed"}})
    with pytest.raises(Unavailable):
        await store.find(alert.ticket_id, alert.user_id)


async def test_queries_read_only_what_they_return(store: MongoAlertStore, server: SyncDatabase[dict[str, Any]]) -> None:
    user_id, ticket_id = new_id(), new_id()
    for _ in range(20):
        await stored(store, user_id=user_id)
        await store.claim(await stored(store, ticket_id=ticket_id), now=NOW)
    waiting = await stored(store, ticket_id=ticket_id)
    server.command("profile", 2)
    await store.find_by_user(user_id, after="f" * 24, limit=5)
    await store.next_waiting(ticket_id)
    await store.awaited([ticket_id])
    server.command("profile", 0)
    finds = list(server["system.profile"].find({"op": "query"}))
    assert [(find["docsExamined"], find.get("hasSortStage")) for find in finds] == [(5, None), (1, None), (1, None)]
    assert waiting.state is AlertState.WAITING


async def test_mongodb_deletes_old_alerts(store: MongoAlertStore, server: SyncDatabase[dict[str, Any]]) -> None:
    await stored(store)
    assert server["alerts"].index_information()["expired"]["expireAfterSeconds"] == 30 * 86_400
