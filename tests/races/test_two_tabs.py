"""Two tabs pay one order at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import httpx
import pytest
from tests.races.guards import BothBegin, KeylessStripe
from tests.races.lab import STRIPE_KEY, OpenLab
from tests.races.market import Json, Market, Person, made, refusal
from tests.races.rounds import Rounds

from ticketing_ops.audit.snapshot import Snapshot

CARDS = ("pm_card_visa", "pm_card_mastercard", "pm_card_visa_chargeDeclined")
ALREADY_PAID = "400 That order is already paid. Nothing more was charged."
DECLINED = "402 Your card was declined. Nothing was charged. Try another card."


def two_cards(chance: Random) -> list[str]:
    """In any order; one at least is good."""
    cards = ["pm_card_visa", chance.choice(CARDS)]
    chance.shuffle(cards)
    return cards


async def two_tabs(
    market: Market, seller: Person, buyer: Person, chance: Random, cards: Sequence[str]
) -> tuple[Json, list[str]]:
    """The order, and what both tabs are told."""
    order = made(await market.orders(buyer, await market.lists(seller)))

    async def pays(card: str) -> str:
        await asyncio.sleep(chance.uniform(0, 0.05))
        return refusal(await market.pays(buyer, order, card))

    return order, await asyncio.gather(*map(pays, cards))


def charges(books: Snapshot, order: Json) -> list[int]:
    """What Stripe has taken for the order, by intent, in cents."""
    intents = (books.ledger or {"payment_intents": ()})["payment_intents"]
    return [intent["amount_received"] for intent in intents if intent["metadata"]["order_id"] == order["id"]]


def broken(books: Snapshot, outcomes: list[tuple[Json, list[str]]]) -> list[str]:
    """Orders that are not paid by exactly one charge, and tabs that were told what is not so."""
    return [
        f"order {order['id']}: the tabs were told {told}; charged {charges(books, order)}"
        for order, told in outcomes
        if charges(books, order) != [2000] or "201" not in told or not {*told} <= {"201", ALREADY_PAID, DECLINED}
    ]


async def test_two_tabs_that_pay_one_order_charge_it_once(
    market: Market, seller: Person, buyer: Person, rounds: Rounds
) -> None:
    outcomes = await rounds.run(lambda chance: two_tabs(market, seller, buyer, chance, two_cards(chance)), at_once=4)
    books, found = await market.verdict({order["ticket"]["id"] for order, _ in outcomes})
    assert found == []
    assert broken(books, outcomes) == []


@pytest.mark.long_run
async def test_control_without_the_orders_key_and_compare_and_set_both_tabs_are_charged(open_lab: OpenLab) -> None:
    lab = await open_lab()
    [payments] = lab.apps["payments"]
    deps: Any = payments.state.deps
    deps.store.documents = BothBegin(payments.state.database.collection("payments"))
    seller, buyer = await lab.market.person(), await lab.market.person()
    async with httpx.AsyncClient(base_url=lab.stripe, trust_env=False) as http:
        payments.state.deps = replace(deps, gateway=(keyless := KeylessStripe(STRIPE_KEY, lab.stripe, http)))
        # Of one card the key of the confirmation would be a guard of its own.
        order, told = await two_tabs(lab.market, seller, buyer, Random(1), ("pm_card_visa", "pm_card_mastercard"))
        await keyless.close()
    books, found = await lab.market.verdict({order["ticket"]["id"]})
    assert charges(books, order) == [2000, 2000]
    assert any("payments knows nothing of pi_" in item.what for item in found), found
    assert broken(books, [(order, told)]) != []
