"""Brings events to the webhook endpoint, several at a time."""

import asyncio
import json
import logging
import time

import httpx

from stripe_emulator.account import Account
from stripe_emulator.webhooks.queue import Delivery
from stripe_emulator.webhooks.signature import signature_header

AT_ONCE = 8
TIMEOUT_SECONDS = 10.0

logger = logging.getLogger(__name__)


class Courier:
    """Sends what is due; a delivery counts once the endpoint has answered 2xx (redirects are not followed)."""

    def __init__(self, account: Account, *, url: str, secret: str) -> None:
        self._account = account
        self._url = url
        self._secret = secret
        self._client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False)
        self._underway: set[asyncio.Task[None]] = set()
        account.webhooks.restart()

    def send_due(self) -> None:
        """Start as many deliveries as there are free hands."""
        queue = self._account.webhooks
        for delivery in queue.due(time.time(), limit=AT_ONCE - len(self._underway)):
            queue.start(delivery)
            task = asyncio.create_task(self._deliver(delivery))
            self._underway.add(task)
            task.add_done_callback(self._finished)

    @property
    def is_free(self) -> bool:
        return len(self._underway) < AT_ONCE

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._underway.discard(task)
        self._account.bell.set()

    async def _deliver(self, delivery: Delivery) -> None:
        problem = await self._post(delivery)
        if problem is None:
            self._account.webhooks.delivered(delivery)
        else:
            self._account.webhooks.failed(delivery, problem, time.time())
        logger.info(
            "webhook %s %s attempt=%d %s", delivery.type, delivery.event, delivery.attempts + 1, problem or "ok"
        )

    async def _post(self, delivery: Delivery) -> str | None:
        """Send it; what went wrong, if anything."""
        body = json.dumps(self._account.objects.get("event", delivery.event), indent=2).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature_header(body, self._secret, int(time.time())),
            "User-Agent": "Stripe/1.0 (emulator)",
        }
        try:
            answer = await self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            return type(error).__name__
        return None if answer.is_success else f"answered {answer.status_code}"

    async def close(self) -> None:
        """Stop; what was under way stays queued."""
        for task in self._underway:
            task.cancel()
        await asyncio.gather(*self._underway, return_exceptions=True)
        await self._client.aclose()
