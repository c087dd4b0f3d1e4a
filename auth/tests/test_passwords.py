"""Hashing: argon2id, off the event loop, with bounded concurrency."""

import asyncio

import pytest

from ticketing_auth.passwords import Argon2Hasher
from ticketing_common.errors import Unavailable


async def test_password_matches_its_own_hash_only() -> None:
    passwords = Argon2Hasher()
    hashed = await passwords.hash("open sesame")
    assert hashed.startswith("$argon2id$")
    assert await passwords.verify("open sesame", hashed)
    assert not await passwords.verify("open Sesame", hashed)


async def test_hashes_are_salted() -> None:
    passwords = Argon2Hasher()
    assert await passwords.hash("open sesame") != await passwords.hash("open sesame")


@pytest.mark.parametrize("broken", ["", "$argon2id$", "plain text", "$2b$12$abcdefghijklmnopqrstuv"])
async def test_invalid_hash_matches_nothing(broken: str) -> None:
    assert not await Argon2Hasher().verify("open sesame", broken)


async def test_dummy_hash_matches_nothing() -> None:
    assert not await Argon2Hasher().verify("dummy", None)


async def test_flood_of_hashing_is_refused() -> None:
    passwords = Argon2Hasher(threads=1, max_queued=2)
    outcomes = await asyncio.gather(*(passwords.hash("open sesame") for _ in range(10)), return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Unavailable)]
    assert (len(refused), sum(isinstance(outcome, str) for outcome in outcomes)) == (7, 3)
    assert await passwords.hash("the flood is over")


async def test_hashing_does_not_block_the_event_loop() -> None:
    hashing = asyncio.create_task(Argon2Hasher().hash("open sesame"))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10
