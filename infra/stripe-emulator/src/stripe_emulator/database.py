"""The state: one SQLite file, synced to disk before any response."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Value = str | int | float | None

SCHEMA = """
create table if not exists objects (
    seq integer primary key, id text not null unique, kind text not null,
    created integer not null, intent text, body text not null);
create index if not exists objects_by_kind on objects (kind, seq);
create index if not exists objects_by_intent on objects (intent, kind);
create table if not exists idempotency_keys (
    key text primary key, fingerprint text not null, status integer not null, body text not null,
    created real not null);
create index if not exists idempotency_keys_by_age on idempotency_keys (created);
create table if not exists deliveries (
    seq integer primary key, event text not null, type text not null, state text not null, due real not null,
    created real not null, attempts integer not null default 0, last_error text);
create index if not exists deliveries_due on deliveries (state, due);
create table if not exists scheduled_jobs (
    seq integer primary key, due real not null, name text not null, object_id text not null);
create table if not exists faults (
    id integer primary key autoincrement, body text not null, remaining integer, hits integer not null default 0);
"""


class StateInUse(Exception):
    """Another emulator uses this state."""


class Database:
    """One connection with an exclusive lock; used from the event loop's thread only."""

    def __init__(self, path: Path) -> None:
        """Open or create the file.

        Raises:
            StateInUse: another process has it open.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=1)
        try:
            self._prepare()
        except sqlite3.OperationalError as error:
            self._connection.close()
            raise StateInUse(
                f"{path} cannot be opened ({error}): stop the other emulator, or set --state-dir."
            ) from error

    def _prepare(self) -> None:
        self._connection.execute("pragma locking_mode = exclusive")
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = full")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end of the block; roll back when an exception leaves it."""
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def run(self, sql: str, *values: Value) -> int:
        """Run one statement; the number of changed rows."""
        return self._connection.execute(sql, values).rowcount

    def insert(self, sql: str, *values: Value) -> int:
        """Insert one row; its id."""
        return self._connection.execute(sql, values).lastrowid or 0

    def rows(self, sql: str, *values: Value) -> list[tuple[Value, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def number(self, sql: str, *values: Value) -> float | None:
        """The one number that a query yields, None for null."""
        [(value,)] = self.rows(sql, *values)
        return None if value is None else float(value)

    def close(self) -> None:
        self._connection.close()
