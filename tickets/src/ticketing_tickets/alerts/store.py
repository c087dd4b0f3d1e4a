"""Alerts in MongoDB: `{_id: "TICKET:USER", id, ticket_id, user_id, email?, created_at, state, at?}`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from ticketing_common.documents import known_fields, parse_enum
from ticketing_common.mongo import Database, Document, Documents, DuplicateKey, translated_errors
from ticketing_tickets.alerts.domain import Alert, AlertState

COLLECTION = "alerts"
WAITING = "waiting"
BY_USER = "by_user"
_IS_WAITING = {"state": AlertState.WAITING.value}
# Reservations end within minutes: later an alert is only an entry of a list.
_RETENTION_SECONDS = 30 * 86_400
INDEXES = {
    COLLECTION: [
        IndexModel(
            [("ticket_id", ASCENDING), ("id", ASCENDING)], name=WAITING, partialFilterExpression={"state": "waiting"}
        ),
        IndexModel([("user_id", ASCENDING), ("id", DESCENDING)], name=BY_USER),
        IndexModel([("created_at", ASCENDING)], name="expired", expireAfterSeconds=_RETENTION_SECONDS),
    ]
}


class MongoAlertStore:
    """ports.AlertStore in the collection `alerts`, which publishes no events."""

    def __init__(self, database: Database) -> None:
        self._collection = database.collection(COLLECTION)
        self._documents = Documents(self._collection)

    async def add(self, alert: Alert) -> bool:
        try:
            await self._documents.insert({"_id": _key(alert), **_to_document(alert)})
        except DuplicateKey:
            return False
        return True

    async def renew(self, alert: Alert, *, expected: Alert) -> bool:
        same = {"_id": _key(expected), "id": expected.id, "state": expected.state.value}
        return await self._documents.compare_and_set(same, _to_document(alert), remove=["at"])

    async def find(self, ticket_id: str, user_id: str) -> Alert | None:
        document = await self._documents.find(f"{ticket_id}:{user_id}")
        return _to_alert(document) if document else None

    async def find_by_user(self, user_id: str, *, after: str | None, limit: int) -> list[Alert]:
        query: Document = {"user_id": user_id, **({"id": {"$lt": after}} if after else {})}
        found = await self._documents.find_many(query, sort=[("id", DESCENDING)], limit=limit, index=BY_USER)
        return [_to_alert(document) for document in found]

    async def next_waiting(self, ticket_id: str) -> Alert | None:
        query = {"ticket_id": ticket_id, **_IS_WAITING}
        found = await self._documents.find_many(query, sort=[("id", ASCENDING)], limit=1, index=WAITING)
        return _to_alert(found[0]) if found else None

    async def awaited(self, ticket_ids: Iterable[str] | None = None) -> list[str]:
        of_these = {} if ticket_ids is None else {"ticket_id": {"$in": list(ticket_ids)}}
        return await self._documents.values("ticket_id", {**of_these, **_IS_WAITING}, index=WAITING)

    async def claim(self, alert: Alert, *, now: datetime) -> bool:
        changes = {"state": AlertState.NOTIFIED.value, "at": now}
        return await self._documents.compare_and_set(_waiting(alert), changes, remove=["email"])

    async def unclaim(self, alert: Alert) -> None:
        claimed = {"_id": _key(alert), "id": alert.id, "state": AlertState.NOTIFIED.value}
        await self._documents.compare_and_set(claimed, {**_IS_WAITING, "email": alert.email}, remove=["at"])

    async def end(self, ticket_id: str, state: AlertState, *, now: datetime) -> None:
        query = {"ticket_id": ticket_id, **_IS_WAITING}
        changes = {"$set": {"state": state.value, "at": now}, "$unset": {"email": ""}}
        async with translated_errors(self._documents.calls.start("update")):
            await self._collection.update_many(query, changes)

    async def remove(self, ticket_id: str, user_id: str) -> None:
        await self._delete({"_id": f"{ticket_id}:{user_id}"})

    async def remove_all(self, user_id: str) -> None:
        await self._delete({"user_id": user_id})

    async def _delete(self, query: Document) -> None:
        async with translated_errors(self._documents.calls.start("delete")):
            await self._collection.delete_many(query)


def _key(alert: Alert) -> str:
    return f"{alert.ticket_id}:{alert.user_id}"


def _waiting(alert: Alert) -> Document:
    return {"_id": _key(alert), "id": alert.id, **_IS_WAITING}


def _to_document(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "ticket_id": alert.ticket_id,
        "user_id": alert.user_id,
        "email": alert.email,
        "created_at": alert.created_at,
        "state": alert.state.value,
    }


def _to_alert(document: Document) -> Alert:
    state = parse_enum(AlertState, document["state"])
    return Alert(**{"email": None, **known_fields(Alert, document), "state": state})
