"""A request with a key: handled once, whatever its twins and the time do."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from ticketing_common.errors import InvalidState, KeyReused, Unavailable
from ticketing_common.idempotency import KeyedRequest, RequestRepeated, StoredRequest, once

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
REQUEST = KeyedRequest("user", "key", "digest", NOW)
EARLIER = StoredRequest("key", "digest", NOW - timedelta(hours=1), 201, '{"id": 1}')


@dataclass
class Requests:
    """A RequestStore of one request."""

    stored: StoredRequest | None = None
    forgotten: list[StoredRequest] = field(default_factory=list)

    async def find(self, user_id: str, key: str) -> StoredRequest | None:
        assert (user_id, key) == ("user", "key")
        return self.stored

    async def forget(self, _user_id: str, request: StoredRequest) -> None:
        self.forgotten.append(request)
        self.stored = None


async def handle(requests: Requests, *, refusal: Exception | None = None, request: KeyedRequest = REQUEST) -> object:
    async def act() -> str:
        if requests.stored is not None:
            raise refusal or RequestRepeated
        return "done"

    return await once(requests, request, act)


async def test_first_request_is_handled() -> None:
    assert await handle(Requests()) == "done"


@pytest.mark.parametrize("refusal", [RequestRepeated(), InvalidState("reserved, by the first one"), Unavailable()])
async def test_repeated_request_gets_the_first_response(refusal: Exception) -> None:
    assert await handle(Requests(EARLIER), refusal=refusal) is EARLIER


async def test_other_body_is_refused() -> None:
    with pytest.raises(KeyReused):
        await handle(Requests(EARLIER), request=replace(REQUEST, fingerprint="another"))


async def test_refusal_without_an_earlier_request_is_raised() -> None:
    async def act() -> None:
        raise InvalidState("sold")

    with pytest.raises(InvalidState, match="sold"):
        await once(Requests(), REQUEST, act)


@pytest.mark.parametrize("fingerprint", ["digest", "another"])
async def test_key_of_yesterday_is_new(fingerprint: str) -> None:
    old = replace(EARLIER, at=NOW - timedelta(hours=24), fingerprint=fingerprint)
    requests = Requests(old)
    assert await handle(requests) == "done"
    assert requests.forgotten == [old]


async def test_request_that_others_keep_forgetting_is_unavailable() -> None:
    async def act() -> None:
        raise RequestRepeated

    with pytest.raises(Unavailable):
        await once(Requests(), REQUEST, act)
