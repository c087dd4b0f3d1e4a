"""Idempotency keys, beyond the contract."""

import asyncio
import uuid

import pytest
import stripe

from stripe_emulator.database import Database
from stripe_emulator.http.errors import InvalidRequest
from stripe_emulator.http.idempotency import RETENTION_SECONDS, ApiResponse, IdempotencyKeys


@pytest.fixture
def key() -> str:
    return f"order:{uuid.uuid4().hex}"


@pytest.fixture
def keys(tmp_path):
    database = Database(tmp_path / "keys.sqlite3")
    yield IdempotencyKeys(database)
    database.close()


async def test_twenty_confirmations_with_one_key_make_one_charge(api, emulator, connect, key):
    retrying = connect(emulator.url, retries=2)
    intent, token = await retrying.create(), await retrying.token()
    paid = await asyncio.gather(*(retrying.confirm(intent, token, key=key) for _ in range(20)))
    assert {each.status for each in paid} == {"succeeded"}
    assert len(await api.charges(intent)) == 1


async def test_key_with_another_path_is_refused(api, key):
    first, second = await api.create(), await api.create()
    await api.v1.payment_intents.cancel_async(first.id, None, {"idempotency_key": key})
    with pytest.raises(stripe.IdempotencyError):
        await api.v1.payment_intents.cancel_async(second.id, None, {"idempotency_key": key})


async def test_failed_validation_leaves_the_key_unused(api, key):
    with pytest.raises(stripe.InvalidRequestError):
        await api.create(1, key=key)
    assert (await api.create(2000, key=key)).amount == 2000


async def test_key_in_progress_is_a_conflict(api, http, arm, key):
    await arm(kind="delay", seconds=1, count=1, path="/v1/payment_intents")
    first = asyncio.create_task(api.create(key=key))
    async with asyncio.timeout(5):
        while (await http.get("/emulator/faults")).json()["faults"]:
            pass
    with pytest.raises(stripe.APIError) as caught:
        await api.create(key=key)
    assert (caught.value.http_status, "in-progress" in str(caught.value)) == (409, True)
    assert (await first).status == "requires_payment_method"


@pytest.mark.parametrize(("age", "deleted"), [(RETENTION_SECONDS, 0), (RETENTION_SECONDS + 1, 1)])
def test_key_is_kept_for_a_day(keys, age, deleted):
    keys.save("k", "mark", ApiResponse(200, "{}"), now=1000.0)
    assert keys.prune(1000.0 + age) == deleted
    assert (keys.find("k", "mark") is None) == bool(deleted)


def test_key_of_256_characters_is_refused(keys):
    with pytest.raises(InvalidRequest), keys.claim("k" * 256):
        pass
