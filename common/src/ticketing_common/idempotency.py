"""A request that is sent again has no second effect, and gets the first one's response (`Idempotency-Key`).

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/

The response is stored in the write that has the effect, so that a crash leaves both or neither. A unique index on the
user and the key refuses a second effect: requests need not be looked up before they are handled.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from ticketing_common.concurrency import MAX_ATTEMPTS, TOO_MANY_CONFLICTS
from ticketing_common.errors import AppError, KeyReused, Unavailable

ResultT = TypeVar("ResultT")

REMEMBERED_FOR = timedelta(hours=24)


class RequestRepeated(Exception):
    """The index refused the write: a request of this user with this key is stored already."""


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request with its response, as it is stored with its effect.

    `fingerprint` is a digest of the request's body. `status` is None while a request whose effect takes more than one
    write is in progress.
    """

    key: str
    fingerprint: str
    at: datetime
    status: int | None = None
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def is_expired(self, now: datetime) -> bool:
        """Whether its key may be used for another request."""
        return now - self.at >= REMEMBERED_FOR

    def require_same(self, fingerprint: str) -> None:
        """KeyReused if this request had another body."""
        if fingerprint != self.fingerprint:
            raise KeyReused(field="Idempotency-Key")


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request that arrived `at` that moment with a key."""

    user_id: str
    key: str
    fingerprint: str
    at: datetime


class RequestStore(Protocol):
    """Where requests are stored with their effects: those of one route."""

    async def find(self, user_id: str, key: str) -> StoredRequest | None:
        """The user's request with this key."""

    async def forget(self, user_id: str, request: StoredRequest) -> None:
        """Remove it, if it is still stored; its effect stays."""


Record = Callable[[ResultT], StoredRequest | None]
"""The request, with the response that its result will get, to be stored with its effect; None without a key."""


def unrecorded(_result: object) -> None:
    """The `Record` of a request without a key."""


async def once(
    requests: RequestStore, request: KeyedRequest, act: Callable[[], Awaitable[ResultT]]
) -> ResultT | StoredRequest:
    """What `act` returns; or the earlier request with the key, if there is one: then `act` has no effect.

    `act` stores the request with its effect, or raises RequestRepeated. It may also be refused because of what the
    earlier one did, such as reserving the ticket: so the earlier one is looked for whatever it raises. KeyReused if
    that had another body.
    """
    for _ in range(MAX_ATTEMPTS):
        try:
            return await act()
        except (AppError, RequestRepeated) as refusal:
            earlier = await requests.find(request.user_id, request.key)
            if earlier is None and isinstance(refusal, AppError):
                raise
        if earlier is not None and not earlier.is_expired(request.at):
            earlier.require_same(request.fingerprint)
            return earlier
        if earlier is not None:
            await requests.forget(request.user_id, earlier)
    raise Unavailable(TOO_MANY_CONFLICTS)
