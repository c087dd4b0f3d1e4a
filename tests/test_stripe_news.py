"""What Stripe tells later: the bank's question, refunds and disputes made outside, answers that were lost."""

from typing import Any

import httpx
import pytest

from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import eventually

DISPUTE = {"reason": "fraudulent"}


@pytest.fixture
async def stripe(stack: Stack):
    """The emulator."""
    async with httpx.AsyncClient(base_url=stack.ps()["stripe"]["url"], timeout=30, trust_env=False) as http:
        yield http
        await http.delete("/emulator/faults")


async def _intent_of(stripe: httpx.AsyncClient, order: dict[str, Any]) -> str:
    intents = (await stripe.get("/emulator/ledger")).json()["payment_intents"]
    return next(intent["id"] for intent in intents if intent["metadata"].get("order_id") == order["id"])


async def _answer_the_bank(stripe: httpx.AsyncClient, paid: httpx.Response, outcome: str) -> None:
    secret = paid.json()["clientSecret"]
    intent_id = secret.partition("_secret_")[0]
    form = {"client_secret": secret, "outcome": outcome}
    headers = {"Authorization": "Bearer pk_test_page"}
    answer = await stripe.post(f"/v1/payment_intents/{intent_id}/emulate_3ds", data=form, headers=headers)
    assert answer.status_code == 200


async def _waiting_for_the_bank(new_person) -> tuple[Any, dict[str, Any], httpx.Response]:
    seller, buyer = await new_person(), await new_person()
    order = await buyer.orders(await seller.lists(price=30))
    paid = await buyer.pays(order, "pm_card_authenticationRequired")
    assert (paid.status_code, paid.json()["status"]) == (201, "requires_action")
    return buyer, order, paid


async def _shows(buyer, order: dict[str, Any], **payment: Any) -> None:
    async def shown() -> bool:
        return payment.items() <= ((await buyer.order(order)).get("payment") or {}).items()

    await eventually(shown, within=20, what=f"the payment showing {payment}")


async def _steps(buyer, order: dict[str, Any]) -> list[str]:
    return [line["step"] for line in (await buyer.order(order))["history"]]


async def test_an_order_is_complete_once_the_buyer_has_satisfied_the_bank(new_person, stripe) -> None:
    buyer, order, paid = await _waiting_for_the_bank(new_person)
    await _answer_the_bank(stripe, paid, "pass")
    await buyer.sees(order, "complete")
    assert await _steps(buyer, order) == ["reserved", "paid", "completed"]


async def test_another_card_pays_when_the_bank_was_not_satisfied(new_person, stripe) -> None:
    buyer, order, paid = await _waiting_for_the_bank(new_person)
    await _answer_the_bank(stripe, paid, "fail")
    assert (await buyer.pays(order)).status_code == 201
    await buyer.sees(order, "complete")
    assert await _steps(buyer, order) == ["reserved", "declined", "paid", "completed"]


async def test_an_answer_that_was_lost_after_the_charge_is_found_out(new_person, stripe) -> None:
    seller, buyer = await new_person(), await new_person()
    order = await buyer.orders(await seller.lists(price=30))
    fault = {"kind": "drop", "path": "/v1/payment_intents/*/confirm"}
    await stripe.put("/emulator/faults", json={"faults": [fault]})
    assert (await buyer.pays(order)).status_code == 503
    await stripe.delete("/emulator/faults")
    await buyer.sees(order, "complete")
    assert (await buyer.pays(order)).status_code == 201  # the same token again: the same answer
    assert (await buyer.order(order))["payment"] == {"status": "succeeded", "amount": 30, "refunded": 0}


async def test_a_refund_made_in_the_dashboard_is_shown_and_the_ticket_stays_sold(new_person, stripe) -> None:
    seller, buyer = await new_person(), await new_person()
    order = await buyer.orders(await seller.lists(price=30))
    await buyer.pays(order)
    await buyer.sees(order, "complete")
    part = {"payment_intent": await _intent_of(stripe, order), "amount": 1000}
    assert (await stripe.post("/emulator/refunds", json=part)).status_code == 200
    await _shows(buyer, order, status="partially_refunded", refunded=10)
    assert (await buyer.order(order))["status"] == "complete"
    assert (await _steps(buyer, order))[-1] == "refunded"


async def test_a_dispute_is_shown_and_the_ticket_stays_sold(new_person, stripe) -> None:
    seller, buyer = await new_person(), await new_person()
    order = await buyer.orders(await seller.lists(price=30))
    await buyer.pays(order)
    await buyer.sees(order, "complete")
    about = {"payment_intent": await _intent_of(stripe, order), **DISPUTE}
    assert (await stripe.post("/emulator/disputes", json=about)).status_code == 200
    await _shows(buyer, order, status="disputed", disputed=30)
    assert (await buyer.order(order))["status"] == "complete"


async def test_every_cent_is_explained_and_no_reservation_is_an_orphan(new_person, stack: Stack) -> None:
    seller, buyer = await new_person(), await new_person()
    order = await buyer.orders(await seller.lists())
    await buyer.pays(order)
    await buyer.sees(order, "complete")
    rows = stack.ps()
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:

        async def all_is_well() -> bool:
            payments = (await http.get(f"{rows['payments']['url']}/metrics")).text
            orders = (await http.get(f"{rows['orders-1']['url']}/metrics")).text
            return "\npayments_unreconciled_minor_units 0.0" in payments and "\norders_overdue 0.0" in orders

        await eventually(all_is_well, within=30, what="unreconciled payments and orphan reservations being 0")
