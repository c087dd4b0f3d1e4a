"""Translates MongoDB's errors into ours."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    WriteError,
    WTimeoutError,
)

from ticketing_common.errors import Unavailable
from ticketing_common.observability.dependencies import MONGODB
from ticketing_common.observability.spans import NOT_RECORDED, Span

_DUPLICATE_KEY = 11000
_UNREACHABLE = (ConnectionFailure, NetworkTimeout, ExecutionTimeout, WTimeoutError)
# A server that is stopping, starting or stepping down (MongoDB's error code reference).
_TRANSIENT_CODES = frozenset({6, 7, 64, 89, 91, 189, 262, 9001, 11600, 11602})
# A reachable server that refuses writes: a secondary, writes blocked by an operator, a full disk.
_READ_ONLY_CODES = frozenset({10107, 13435, 13436, 371, 14031})
# The user is not created yet, or its password is being changed.
_AUTHENTICATION_FAILED = 18


class DuplicateKey(Exception):
    """A unique index refused the write; `index` is its name."""

    def __init__(self, index: str) -> None:
        super().__init__(index)
        self.index = index


@asynccontextmanager
async def translated_errors(span: Span = NOT_RECORDED) -> AsyncIterator[None]:
    """Translate driver errors: Unavailable for an outage or a refused write, DuplicateKey for a unique index.

    `span` is that of the call, and ends with it.
    """
    started = time.monotonic()
    try:
        with span:
            yield
        MONGODB.succeeded(started=started)
    except DuplicateKeyError as error:
        raise DuplicateKey(_index_name(error.details or {})) from error
    except _UNREACHABLE as error:
        raise _unavailable("The database is unreachable.", error, started) from error
    except OperationFailure as error:
        codes = _codes(error)
        if _AUTHENTICATION_FAILED in codes:
            raise _unavailable("The database refuses the connection.", error, started) from error
        if codes & _READ_ONLY_CODES:
            raise _unavailable("The database does not accept writes.", error, started) from error
        if codes & _TRANSIENT_CODES or error.has_error_label("RetryableWriteError"):
            raise _unavailable("The database is restarting.", error, started) from error
        raise


def _unavailable(problem: str, error: Exception, started: float) -> Unavailable:
    MONGODB.failed(error, started=started)
    return Unavailable(f"{problem} Try again in a few seconds.")


def _codes(error: OperationFailure) -> set[int | None]:
    """The error's code and, for a bulk write, those of its parts."""
    details = error.details or {} if isinstance(error, BulkWriteError) else {}
    parts = (*details.get("writeErrors", ()), *details.get("writeConcernErrors", ()))
    return {error.code, *(item.get("code") for item in parts)}


def refusals(error: BulkWriteError) -> dict[int, DuplicateKey | WriteError]:
    """What each refused write of an unordered bulk write would have raised alone, by index.

    Raises the error itself if it is an outage, which concerns all of them.
    """
    if error.details["writeConcernErrors"] or _codes(error) & (_READ_ONLY_CODES | _TRANSIENT_CODES):
        raise error
    return {item["index"]: _refusal(item) for item in error.details["writeErrors"]}


def _refusal(item: Mapping[str, Any]) -> DuplicateKey | WriteError:
    if item["code"] == _DUPLICATE_KEY:
        return DuplicateKey(_index_name(item))
    return WriteError(item["errmsg"], item["code"], item)


def _index_name(details: Mapping[str, Any]) -> str:
    """The index that a duplicate-key message names: `… index: email_unique dup key: …`."""
    return str(details.get("errmsg", "")).partition("index: ")[2].partition(" ")[0]
