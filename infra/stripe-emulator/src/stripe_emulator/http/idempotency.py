"""Idempotency keys as in Stripe: the first response is saved, errors included, for 24 hours.

Not saved: errors raised before execution began (validation, authentication, rate limits, conflicts).
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from stripe_emulator.database import Database
from stripe_emulator.http.errors import InvalidRequest, KeyInUse, KeyReused
from stripe_emulator.http.form import Tree

RETENTION_SECONDS = 24 * 3600
MAX_KEY_LENGTH = 255


class ApiResponse(NamedTuple):
    """A status and a JSON body; `replayed` when they were saved under an idempotency key."""

    status: int
    body: str
    replayed: bool = False


def fingerprint(method: str, path: str, fields: Tree) -> str:
    """What must be equal when a key is used again."""
    return hashlib.sha256(json.dumps([method, path, fields], sort_keys=True).encode()).hexdigest()


class IdempotencyKeys:
    """Saved responses on disk; keys in use in memory, since a restart ends every request."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._in_use: set[str] = set()

    @contextmanager
    def claim(self, key: str | None) -> Iterator[None]:
        """Hold a key while its request is in progress.

        Raises:
            KeyInUse: another request holds it.
            InvalidRequest: the key is longer than Stripe allows.
        """
        if key is None:
            yield
            return
        if len(key) > MAX_KEY_LENGTH:
            raise InvalidRequest(f"Idempotency keys can have up to {MAX_KEY_LENGTH} characters.")
        if key in self._in_use:
            raise KeyInUse(key)
        self._in_use.add(key)
        try:
            yield
        finally:
            self._in_use.discard(key)

    def find(self, key: str, fingerprint: str) -> ApiResponse | None:
        """The response saved under this key, if any.

        Raises:
            KeyReused: it belongs to another request.
        """
        rows = self._database.rows("select fingerprint, status, body from idempotency_keys where key = ?", key)
        if not rows:
            return None
        known, status, body = rows[0]
        if known != fingerprint:
            raise KeyReused(key)
        return ApiResponse(int(status or 0), str(body), replayed=True)

    def save(self, key: str, fingerprint: str, response: ApiResponse, now: float) -> None:
        sql = "insert into idempotency_keys (key, fingerprint, status, body, created) values (?, ?, ?, ?, ?)"
        self._database.run(sql, key, fingerprint, response.status, response.body, now)

    def prune(self, now: float) -> int:
        """Delete keys older than 24 hours; the number deleted."""
        return self._database.run("delete from idempotency_keys where created < ?", now - RETENTION_SECONDS)
