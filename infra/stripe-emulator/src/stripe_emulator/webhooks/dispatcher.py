"""Sends signed webhooks to the endpoint, several at a time."""

import asyncio
import hashlib
import hmac
import json
import logging
import time

import httpx

from stripe_emulator.account import Account
from stripe_emulator.webhooks.deliveries import Delivery

MAX_CONCURRENT = 8
TIMEOUT_SECONDS = 10.0

logger = logging.getLogger(__name__)


def signature_header(body: bytes, secret: str, timestamp: int) -> str:
    """The value of `Stripe-Signature`, scheme v1: https://docs.stripe.com/webhooks#verify-manually."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"t={timestamp},v1={signed.hexdigest()}"


class Dispatcher:
    """Sends due deliveries; one is complete once the endpoint has responded 2xx (redirects are not followed)."""

    def __init__(self, account: Account, *, url: str, secret: str) -> None:
        self._account = account
        self._url = url
        self._secret = secret
        self._client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False)
        self._sending: set[asyncio.Task[None]] = set()
        account.deliveries.recover()

    @property
    def has_capacity(self) -> bool:
        return len(self._sending) < MAX_CONCURRENT

    def send_due(self) -> None:
        """Start as many due deliveries as there is capacity for."""
        deliveries = self._account.deliveries
        for delivery in deliveries.due(time.time(), limit=MAX_CONCURRENT - len(self._sending)):
            deliveries.mark_sending(delivery)
            task = asyncio.create_task(self._deliver(delivery))
            self._sending.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._account.work_available.set()

    async def _deliver(self, delivery: Delivery) -> None:
        event = self._account.objects.get("event", delivery.event)
        status, text = await self.send(json.dumps(event, indent=2).encode())
        error = None if httpx.codes.is_success(status) else f"status {status}" if status else text
        details = f"type={delivery.type} event={delivery.event} attempt={delivery.attempts + 1}"
        if error is None:
            self._account.deliveries.mark_delivered(delivery)
            logger.info("webhook.delivered %s", details)
        else:
            self._account.deliveries.mark_failed(delivery, error, time.time())
            logger.warning("webhook.failed %s error=%s", details, error)

    async def send(self, body: bytes) -> tuple[int, str]:
        """Sign any body and send it once: the response's status and text, or 0 and the error's name."""
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature_header(body, self._secret, int(time.time())),
            "User-Agent": "Stripe/1.0 (emulator)",
        }
        try:
            response = await self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            return 0, type(error).__name__
        return response.status_code, response.text

    async def close(self) -> None:
        """Stop; deliveries in progress stay queued."""
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._client.aclose()
