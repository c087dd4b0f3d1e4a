"""A fresh intent at the emulator, and what pays it."""

import httpx
import pytest
from payments.tests.stripe_gateway.kit import PRICE, MakeToken, Pay

from ticketing_common.mongo import new_id
from ticketing_payments.domain.intent import Intent
from ticketing_payments.stripe_gateway import StripeGateway


@pytest.fixture
def make_token(stripe_api: httpx.AsyncClient) -> MakeToken:
    """Makes confirmation tokens, as the page does."""

    async def make(card: str = "pm_card_visa") -> str:
        answer = await stripe_api.post("/v1/test_helpers/confirmation_tokens", data={"payment_method": card})
        return str(answer.json()["id"])

    return make


@pytest.fixture
async def intent(gateway: StripeGateway) -> Intent:
    """A fresh intent of a new order."""
    return await gateway.create_intent(order_id=new_id(), amount=PRICE, currency="usd")


@pytest.fixture
def pay(gateway: StripeGateway, intent: Intent) -> Pay:
    """Confirms the intent with a token."""
    return lambda token: gateway.confirm(intent.id, order_id=intent.order_id or "", token=token)
