"""Stripe's objects as JSON documents: found by id, listed newest first."""

import json
import secrets
import string
from collections.abc import Mapping, Sequence
from typing import Any

from stripe_emulator.database import Database, Value
from stripe_emulator.http.errors import ResourceMissing

Json = dict[str, Any]

PRIVATE = "_emulator"  # the field that holds what Stripe never shows

_ALPHABET = string.ascii_letters + string.digits
_ID_LENGTH = 24


def new_id(prefix: str) -> str:
    """A random id such as `pi_3kFz…`."""
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))


def public(document: Json) -> Json:
    """The object as API clients see it."""
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
        documents = self._select("id = ?", object_id)
        return documents[0] if documents else None

    def get(self, kind: str, object_id: str, *, param: str = "id") -> Json:
        """The object.

        Raises:
            ResourceMissing: no object of this kind has the id; `param` is the parameter that named it.
        """
        document = self.find(object_id)
        if document is None or document["object"] != kind:
            raise ResourceMissing(kind, object_id, param=param)
        return document

    def of_intent(self, kind: str, intent_id: str) -> list[Json]:
        """The objects that belong to a PaymentIntent, oldest first."""
        return self.of_intents(kind, [intent_id])

    def of_intents(self, kind: str, intent_ids: Sequence[str]) -> list[Json]:
        """The objects that belong to these PaymentIntents, oldest first."""
        of_these = "intent in (select value from json_each(?))"
        return self._select(f"{of_these} and kind = ? order by seq", json.dumps(intent_ids), kind)

    def all(self, kind: str) -> list[Json]:
        """Every object of a kind, oldest first."""
        return self._select("kind = ? order by seq", kind)

    def after(self, kind: str, object_id: str | None, *, limit: int) -> list[Json]:
        """Up to `limit` objects of a kind that were added after this one (None: the first ones), oldest first."""
        later = "? is null" if object_id is None else "seq > (select seq from objects where id = ?)"
        return self._select(f"kind = ? and {later} order by seq limit ?", kind, object_id, limit)

    def page(self, kind: str, conditions: Mapping[str, Value], *, limit: int) -> list[Json]:
        """Objects that meet every condition (SQL with one placeholder, and its value), newest first."""
        where = " and ".join(["kind = ?", *conditions])
        return self._select(f"{where} order by seq desc limit ?", kind, *conditions.values(), limit)

    def _select(self, clause: str, *values: Value) -> list[Json]:
        sql = f"select body from objects where {clause}"  # noqa: S608 - clauses are constants of this package
        return [json.loads(str(body)) for (body,) in self._database.rows(sql, *values)]
