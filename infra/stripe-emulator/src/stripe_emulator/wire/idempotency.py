"""Idempotency keys as Stripe keeps them: the first answer is saved, errors included, for 24 hours.

Not saved: what failed before the endpoint began (validation, authentication, rate limits, conflicts).
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from stripe_emulator.storage.database import Database
from stripe_emulator.wire.failures import InvalidRequest, KeyInUse, KeyReused
from stripe_emulator.wire.form import Tree

KEPT_SECONDS = 24 * 3600
MAX_KEY = 255


class SavedAnswer(NamedTuple):
    """An answer as it was sent."""

    status: int
    body: str


def fingerprint(method: str, path: str, fields: Tree) -> str:
    """What must be the same again when a key comes back."""
    told = json.dumps([method, path, fields], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


class IdempotencyKeys:
    """Saved answers on disk; which keys are in use right now in memory (a restart ends what was running)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._in_use: set[str] = set()

    @contextmanager
    def claimed(self, key: str | None) -> Iterator[None]:
        """Hold a key while its request runs.

        Raises:
            KeyInUse: another request holds it.
            InvalidRequest: it is longer than Stripe allows.
        """
        if key is None:
            yield
            return
        if len(key) > MAX_KEY:
            raise InvalidRequest(f"Idempotency keys can have up to {MAX_KEY} characters.")
        if key in self._in_use:
            raise KeyInUse(key)
        self._in_use.add(key)
        try:
            yield
        finally:
            self._in_use.discard(key)

    def saved(self, key: str | None, mark: str) -> SavedAnswer | None:
        """The answer first given under this key, if any.

        Raises:
            KeyReused: it was another request.
        """
        rows = self._database.rows("select fingerprint, status, body from idempotency_keys where key = ?", key)
        if not rows:
            return None
        known, status, body = rows[0]
        if known != mark:
            raise KeyReused(str(key))
        return SavedAnswer(int(status or 0), str(body))

    def save(self, key: str, mark: str, answer: SavedAnswer, now: float) -> None:
        sql = "insert into idempotency_keys (key, fingerprint, status, body, created) values (?, ?, ?, ?, ?)"
        self._database.run(sql, key, mark, answer.status, answer.body, now)

    def prune(self, now: float) -> int:
        """Forget keys older than 24 hours; how many."""
        return self._database.run("delete from idempotency_keys where created < ?", now - KEPT_SECONDS)
