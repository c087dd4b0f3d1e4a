"""The place where stories happen: three customers, Stripe's emulator, and what time does to payments."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import httpx

from stripe_emulator.webhooks.signature import signature_header
from ticketing_common.mongo import Database
from ticketing_local.state import StateDir
from ticketing_test_support.crashing.customer import Customer
from ticketing_test_support.persistence import DECLINED_CARD, GOOD_CARD, PAUSE_SECONDS, Json
from ticketing_test_support.recorder import eventually
from ticketing_test_support.stack import Stack

ANSWER_SECONDS = 30.0
NO_WEBHOOKS = {"kind": "withhold"}
LOST_ANSWER = 503
# Until the deaths of others, which take the time that an order has, are over.
TRY_FOR_SECONDS = 300.0


@dataclass(frozen=True)
class Market:
    """One running stack, and who trades there. Its emulator sends no webhook by itself: stories do."""

    stack: Stack
    http: httpx.AsyncClient
    stripe: httpx.AsyncClient
    payments: Database
    seller: Customer
    buyer: Customer
    other: Customer

    @asynccontextmanager
    async def stranger(self) -> AsyncIterator[Customer]:
        """Somebody without an account."""
        async with httpx.AsyncClient(base_url=self.stack.url, timeout=ANSWER_SECONDS, trust_env=False) as http:
            yield Customer(http, patience=self.buyer.patience)

    async def order(self) -> Json:
        """A new order of the buyer's for a new ticket."""
        return await self.buyer.orders(await self.seller.lists())

    async def ends_well(self, order: Json) -> None:
        """Paid and complete; or, on a machine so slow that its time ran out before, expired and not charged."""
        if await self.buyer.pays(order) == HTTPStatus.CREATED:
            bought = await self.buyer.sees(order, "complete")
            assert bought["payment"]["refunded"] == 0, bought
        else:
            await self.buyer.sees(order, "cancelled", "expired")
            assert (await self.intent(order) or {}).get("status") != "succeeded"

    async def declined(self) -> Json:
        """An order with an intent whose first card was declined; another order where its time ran out meanwhile."""
        give_up = time.monotonic() + TRY_FOR_SECONDS
        while time.monotonic() < give_up:
            order = await self.order()
            if await self.buyer.pays(order, DECLINED_CARD, settled=(402, 400)) == HTTPStatus.PAYMENT_REQUIRED:
                return order
        raise AssertionError(f"for {TRY_FOR_SECONDS} s each order ran out of time before a card was declined")

    async def charged_unnoticed(self) -> Json:
        """An order whose charge was made at Stripe, and its answer lost: payments does not know.

        Where another death made the buyer press the button again, payments does know: then another order.
        """
        give_up = time.monotonic() + TRY_FOR_SECONDS
        while time.monotonic() < give_up:
            order = await self.declined()
            path = f"/v1/payment_intents/{(await self.intent(order) or {})['id']}/confirm"
            async with self.fault({"kind": "drop", "path": path}):
                if await self._is_charged_unnoticed(order):
                    return order
        raise AssertionError(f"for {TRY_FOR_SECONDS} s no answer of Stripe could be lost")

    async def _is_charged_unnoticed(self, order: Json) -> bool:
        """Press the button until Stripe has the money; False when payments has noticed it, or the time has run out."""
        while await self.buyer.pays(order, GOOD_CARD, settled=(201, 400, LOST_ANSWER)) == LOST_ANSWER:
            if (await self.intent(order) or {})["status"] == "succeeded":
                return True
            await asyncio.sleep(PAUSE_SECONDS)  # 503 for another reason: payments was just starting
        return False

    @asynccontextmanager
    async def fault(self, fault: Json) -> AsyncIterator[None]:
        """Armed at the emulator while inside."""
        armed = (await self.stripe.post("/emulator/faults", json=fault)).json()
        try:
            yield
        finally:
            await self.stripe.delete(f"/emulator/faults/{armed['id']}")

    async def intent(self, order: Json) -> Json | None:
        """Stripe's intent for the order."""
        intents = (await self.stripe.get("/emulator/ledger")).json()["payment_intents"]
        return next((dict(i) for i in intents if i["metadata"].get("order_id") == order["id"]), None)

    async def refunds(self, order: Json) -> list[Json]:
        """What Stripe gave back of the order's money."""
        intent = await self.intent(order) or {}
        refunds = (await self.stripe.get("/emulator/ledger")).json()["refunds"]
        return [refund for refund in refunds if refund["payment_intent"] == intent.get("id")]

    async def webhook(self, intent_id: str) -> httpx.Response | None:
        """Stripe's signed word that something became of an intent; the answer, None when there was none."""
        about = {"id": intent_id, "object": "payment_intent"}
        event = {"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "data": {"object": about}}
        body = json.dumps(event).encode()
        secret = f"whsec_{StateDir(self.stack.state_dir).secret('webhook-secret')}"
        headers = {"Stripe-Signature": signature_header(body, secret, int(time.time()))}
        with suppress(httpx.TransportError):
            return await self.http.post("/api/payments/webhook", content=body, headers=headers)
        return None

    async def until_heard(self, intent_id: str) -> None:
        """Say it again until it is heard, as Stripe does."""

        async def is_heard() -> bool:
            await asyncio.sleep(PAUSE_SECONDS)
            answer = await self.webhook(intent_id)
            return answer is not None and answer.is_success

        await eventually(is_heard, within=self.buyer.patience, what="the webhook being heard")

    async def satisfy_bank(self, client_secret: str) -> str:
        """What the page does when the bank asks (3-D Secure) and the buyer passes; the intent's id."""
        intent_id = client_secret.partition("_secret_")[0]
        form = {"client_secret": client_secret, "outcome": "pass"}
        headers = {"Authorization": "Bearer pk_test_page"}
        answer = await self.stripe.post(f"/v1/payment_intents/{intent_id}/emulate_3ds", data=form, headers=headers)
        assert answer.is_success, answer.text
        return intent_id

    async def sees_intent(self, order: Json, status: str) -> None:
        """Wait until Stripe's intent has this status."""

        async def has_it() -> bool:
            await asyncio.sleep(PAUSE_SECONDS)
            return (await self.intent(order) or {}).get("status") == status

        await eventually(has_it, within=self.buyer.patience, what=f"the intent being {status}")

    async def reconciler_asks(self, order: Json, *, within: timedelta) -> None:
        """The reconciler looks at an open payment then; by itself it does so a minute after the charge."""
        due = {"$set": {"check_at": datetime.now(UTC) + within}}
        await self.payments.collection("payments").update_one({"_id": order["id"], "check_at": {"$type": "date"}}, due)

    @asynccontextmanager
    async def frozen(self, name: str) -> AsyncIterator[None]:
        """The process stands still meanwhile."""
        pid = await asyncio.to_thread(self.stack.pid, name)
        os.killpg(pid, signal.SIGSTOP)  # with its host: the supervisor gives each process a group of its own
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGCONT)


@asynccontextmanager
async def opened(stack: Stack, *, patience: float) -> AsyncIterator[Market]:
    """A market whose customers have accounts."""
    urls = stack.urls()
    async with AsyncExitStack() as open_clients:

        async def client(url: str) -> httpx.AsyncClient:
            http = httpx.AsyncClient(base_url=url, timeout=ANSWER_SECONDS, trust_env=False)
            return await open_clients.enter_async_context(http)

        async def customer() -> Customer:
            made = Customer(await client(stack.url), patience=patience)
            await made.asks("POST", "/api/users/signup", made.credentials, settled=(201,))
            return made

        payments = Database(f"{urls['mongo']}/payments", default_name="payments", indexes={})
        open_clients.push_async_callback(payments.close)
        http, stripe = await client(stack.url), await client(urls["stripe"])
        people = [await customer() for _ in range(3)]
        market = Market(stack, http, stripe, payments, *people)
        async with market.fault(NO_WEBHOOKS):
            yield market
