"""Stripe's objects as documents: found by id, listed newest first."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from stripe_emulator.storage.database import Database, Value
from stripe_emulator.wire.failures import ResourceMissing

Json = dict[str, Any]

PRIVATE = "_emulator"  # what the emulator remembers of an object and never shows


def public(document: Json) -> Json:
    """The object as callers may see it."""
    return {name: value for name, value in document.items() if name != PRIVATE}


class Objects:
    """The documents; a document's kind is its own `object` field."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, document: Json) -> None:
        self._database.run(
            "insert into objects (id, kind, created, intent, body) values (?, ?, ?, ?, ?)",
            document["id"],
            document["object"],
            document["created"],
            document.get("payment_intent"),
            json.dumps(document),
        )

    def save(self, document: Json) -> None:
        self._database.run("update objects set body = ? where id = ?", json.dumps(document), document["id"])

    def find(self, object_id: str) -> Json | None:
        rows = self._database.rows("select body from objects where id = ?", object_id)
        return _document(rows[0]) if rows else None

    def get(self, kind: str, object_id: str, *, param: str = "id") -> Json:
        """The object.

        Raises:
            ResourceMissing: there is none of this kind; `param` names the parameter that asked for it.
        """
        document = self.find(object_id)
        if document is None or document["object"] != kind:
            raise ResourceMissing(kind, object_id, param=param)
        return document

    def of_intent(self, kind: str, intent_id: str) -> list[Json]:
        """What belongs to a PaymentIntent, oldest first."""
        sql = "select body from objects where intent = ? and kind = ? order by seq"
        return [_document(row) for row in self._database.rows(sql, intent_id, kind)]

    def all(self, kind: str) -> Iterator[Json]:
        """Every object of a kind, oldest first."""
        return map(_document, self._database.rows("select body from objects where kind = ? order by seq", kind))

    def page(self, kind: str, conditions: Mapping[str, Value], *, limit: int, descending: bool = True) -> list[Json]:
        """Objects that meet every condition (SQL with one placeholder, and its value)."""
        where = "".join(f" and {condition}" for condition in conditions)
        order = "desc" if descending else "asc"
        sql = f"select body from objects where kind = ?{where} order by seq {order} limit ?"  # noqa: S608 - conditions are ours
        return [_document(row) for row in self._database.rows(sql, kind, *conditions.values(), limit)]


def _document(row: tuple[Value, ...]) -> Json:
    document: Json = json.loads(str(row[0]))
    return document
