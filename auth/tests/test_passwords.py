"""Hashing: argon2id of the normalised password, off the event loop, with bounded concurrency."""

import asyncio

import argon2
import pytest
from prometheus_client import REGISTRY

from ticketing_auth.passwords import Argon2Hasher
from ticketing_auth.ports import Verification
from ticketing_common.errors import Unavailable

ADDRESS = "203.0.113.7"
NFC, NFD = "caf\u00e9 au lait", "cafe\u0301 au lait"
MATCH, MISMATCH = Verification(matches=True), Verification(matches=False)


@pytest.fixture
def hasher() -> Argon2Hasher:
    return Argon2Hasher()


async def test_password_matches_its_own_hash_only(hasher: Argon2Hasher) -> None:
    hashed = await hasher.hash("open sesame", address=ADDRESS)
    assert hashed.startswith("$argon2id$")
    assert await hasher.verify("open sesame", hashed, address=ADDRESS) == MATCH
    assert await hasher.verify("open Sesame", hashed, address=ADDRESS) == MISMATCH


async def test_hashes_are_salted(hasher: Argon2Hasher) -> None:
    assert await hasher.hash("open sesame", address=ADDRESS) != await hasher.hash("open sesame", address=ADDRESS)


@pytest.mark.parametrize("broken", ["", "$argon2id$", "plain text", "$2b$12$abcdefghijklmnopqrstuv"])
async def test_invalid_hash_matches_nothing(hasher: Argon2Hasher, broken: str) -> None:
    assert await hasher.verify("open sesame", broken, address=ADDRESS) == MISMATCH


async def test_dummy_hash_matches_nothing(hasher: Argon2Hasher) -> None:
    assert await hasher.verify("dummy", None, address=ADDRESS) == MISMATCH


@pytest.mark.parametrize(("set_as", "given"), [(NFC, NFD), (NFD, NFC), ("\uff50\uff41\uff53\uff53", "pass")])
async def test_forms_of_one_password_match(hasher: Argon2Hasher, set_as: str, given: str) -> None:
    assert await hasher.verify(given, await hasher.hash(set_as, address=ADDRESS), address=ADDRESS) == MATCH


async def test_hash_of_a_form_not_normalised_is_accepted_and_upgraded(hasher: Argon2Hasher) -> None:
    result = await hasher.verify(NFD, argon2.PasswordHasher().hash(NFD), address=ADDRESS)
    assert result.matches
    assert await hasher.verify(NFC, result.upgraded_hash, address=ADDRESS) == MATCH


async def test_hash_with_other_parameters_is_upgraded(hasher: Argon2Hasher) -> None:
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("open sesame")
    result = await hasher.verify("open sesame", weak, address=ADDRESS)
    assert result.matches
    assert await hasher.verify("open sesame", result.upgraded_hash, address=ADDRESS) == MATCH
    assert await hasher.verify("open Sesame", weak, address=ADDRESS) == MISMATCH


async def test_flood_of_hashing_is_refused() -> None:
    hasher = Argon2Hasher(threads=1, max_queued=2)
    hashing = [hasher.hash("open sesame", address=f"203.0.113.{n}") for n in range(10)]
    outcomes = await asyncio.gather(*hashing, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Unavailable)]
    assert (len(refused), sum(isinstance(outcome, str) for outcome in outcomes)) == (7, 3)
    assert await hasher.hash("the flood is over", address=ADDRESS)


async def test_queue_and_durations_are_measured() -> None:
    def value(name: str) -> float:
        return REGISTRY.get_sample_value(name) or 0

    hasher, measured = Argon2Hasher(threads=1), value("password_hashing_duration_seconds_count")
    hashing = [asyncio.create_task(hasher.hash("open sesame", address=f"203.0.113.{n}")) for n in range(3)]
    await asyncio.wait(hashing, return_when=asyncio.FIRST_COMPLETED)
    assert value("password_hashing_queue_length") == 1
    await asyncio.gather(*hashing)
    assert value("password_hashing_queue_length") == 0
    assert value("password_hashing_duration_seconds_count") == measured + 3


async def test_hashing_does_not_block_the_event_loop(hasher: Argon2Hasher) -> None:
    hashing = asyncio.create_task(hasher.hash("open sesame", address=ADDRESS))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10
