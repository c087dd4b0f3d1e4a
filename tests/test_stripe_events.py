"""What Stripe reports later: 3-D Secure, refunds and disputes made outside, responses that were lost."""

from typing import Any

import httpx
import pytest

from ticketing_test_support.api import CARD_WITH_3DS, ApiClient, Json, NewClient, created
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import eventually


@pytest.fixture
async def buyer(new_client: NewClient) -> ApiClient:
    return await new_client()


@pytest.fixture
async def order(buyer: ApiClient, new_client: NewClient) -> Json:
    seller = await new_client()
    return await buyer.create_order(await seller.create_ticket(price=30))


async def finish_3ds(stripe: httpx.AsyncClient, payment: Json, outcome: str) -> None:
    form = {"client_secret": payment["clientSecret"], "outcome": outcome}
    intent_id = payment["clientSecret"].partition("_secret_")[0]
    headers = {"Authorization": "Bearer pk_test_page"}
    response = await stripe.post(f"/v1/payment_intents/{intent_id}/emulate_3ds", data=form, headers=headers)
    assert response.status_code == 200


def steps(order: Json) -> list[str]:
    return [entry["step"] for entry in order["history"]]


async def test_order_completes_after_3d_secure(buyer: ApiClient, order: Json, stripe: httpx.AsyncClient) -> None:
    payment = created(await buyer.pay(order, CARD_WITH_3DS))
    assert payment["status"] == "requires_action"
    await finish_3ds(stripe, payment, "pass")
    assert steps(await buyer.wait_for_status(order, "complete")) == ["reserved", "paid", "completed"]


async def test_second_card_pays_after_failed_3d_secure(
    buyer: ApiClient, order: Json, stripe: httpx.AsyncClient
) -> None:
    await finish_3ds(stripe, created(await buyer.pay(order, CARD_WITH_3DS)), "fail")
    assert (await buyer.pay(order)).status_code == 201
    assert steps(await buyer.wait_for_status(order, "complete")) == ["reserved", "declined", "paid", "completed"]


async def test_lost_response_after_charge_is_reconciled(
    buyer: ApiClient, order: Json, stripe: httpx.AsyncClient
) -> None:
    fault = {"kind": "drop", "path": "/v1/payment_intents/*/confirm"}
    await stripe.put("/emulator/faults", json={"faults": [fault]})
    assert (await buyer.pay(order)).status_code == 503
    await stripe.delete("/emulator/faults")
    bought = await buyer.wait_for_status(order, "complete")
    assert (await buyer.pay(order)).status_code == 201  # the same token again: the same response
    assert bought["payment"] == {"status": "succeeded", "amount": 30, "refunded": 0}


@pytest.mark.parametrize(
    ("path", "form", "shown"),
    [
        ("/emulator/refunds", {"amount": 1000}, {"status": "partially_refunded", "refunded": 10}),
        ("/emulator/disputes", {"reason": "fraudulent"}, {"status": "disputed", "disputed": 30}),
    ],
)
async def test_outside_refund_or_dispute_is_shown_and_ticket_stays_sold(
    buyer: ApiClient, order: Json, stripe: httpx.AsyncClient, path: str, form: dict[str, Any], shown: dict[str, Any]
) -> None:
    created(await buyer.pay(order))
    await buyer.wait_for_status(order, "complete")
    intents = (await stripe.get("/emulator/ledger")).json()["payment_intents"]
    intent = next(item["id"] for item in intents if item["metadata"].get("order_id") == order["id"])
    assert (await stripe.post(path, json={"payment_intent": intent, **form})).status_code == 200
    assert (await buyer.wait_for_payment(order, **shown))["status"] == "complete"


async def test_metrics_show_no_unreconciled_money_or_overdue_order(buyer: ApiClient, order: Json, stack: Stack) -> None:
    created(await buyer.pay(order))
    await buyer.wait_for_status(order, "complete")
    urls = stack.urls()
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:

        async def are_zero() -> bool:
            payments = (await http.get(f"{urls['payments']}/metrics")).text
            orders = (await http.get(f"{urls['orders-1']}/metrics")).text
            return "\npayments_unreconciled_minor_units 0.0" in payments and "\norders_overdue 0.0" in orders

        await eventually(are_zero, within=30, what="unreconciled money and overdue orders being 0")
