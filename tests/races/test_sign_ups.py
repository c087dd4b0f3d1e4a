"""Eight sign up at once with one address."""

import asyncio
import secrets
from random import Random

import pytest
from tests.races.lab import OpenLab
from tests.races.market import Market, refusal
from tests.races.rounds import Rounds

TABS = 8
IN_USE = "400 That email is already in use. Sign in instead, or use another address."


async def sign_ups(market: Market, chance: Random) -> tuple[str, list[str]]:
    """The address, and what each of eight is told, who write it in capitals as they like."""
    address = f"crowd-{secrets.token_hex(6)}@example.com"

    async def tries(late: float, email: str) -> str:
        await asyncio.sleep(late)
        return refusal(await market.signs_up(email))

    tabs = ((chance.uniform(0, 0.03), chance.choice([address, address.upper()])) for _ in range(TABS))
    return address, await asyncio.gather(*(tries(late, email) for late, email in tabs))


async def shared_addresses(market: Market) -> list[str]:
    """What the audit says about accounts that share an address; none of this concerns a ticket."""
    _, found = await market.verdict([])
    return [item.what for item in found if item.where.startswith("accounts")]


async def test_of_eight_sign_ups_with_one_address_one_is_accepted(market: Market, rounds: Rounds) -> None:
    crowds = await rounds.run(lambda chance: sign_ups(market, chance))
    assert [sorted(told) for _, told in crowds] == [["201", *[IN_USE] * (TABS - 1)]] * rounds.count
    assert await shared_addresses(market) == []


@pytest.mark.long_run
async def test_control_without_the_unique_index_there_are_eight_accounts(open_lab: OpenLab) -> None:
    lab = await open_lab()
    await lab.databases["auth"].collection("users").drop_index("email_unique")
    _, told = await sign_ups(lab.market, Random(1))
    assert told.count("201") == TABS
    assert await shared_addresses(lab.market) == ["8 accounts have one and the same address"]
