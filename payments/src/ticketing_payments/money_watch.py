"""Unexplained money: captured, but it neither bought an order nor went back. There must be none; alert on it."""

import asyncio
from typing import Protocol

import structlog

from ticketing_common.errors import Unavailable
from ticketing_payments.metrics import UNEXPLAINED
from ticketing_payments.payment import Payment

log = structlog.get_logger(__name__)

EVERY_SECONDS = 10.0
MOST = 500


class UnexplainedPayments(Protocol):
    """Where they can be looked up."""

    async def unexplained(self, *, limit: int) -> list[Payment]:
        """Payments whose money is not explained."""


class MoneyWatch:
    """A part of the service: exports the sum, and logs what stays unexplained from one look to the next.

    Money is unexplained for a moment after each payment, until orders has judged it.
    """

    name = "money"

    def __init__(self, payments: UnexplainedPayments, *, every: float = EVERY_SECONDS) -> None:
        self._payments = payments
        self._every = every
        self._seen: dict[str, int] = {}

    async def run(self) -> None:
        """Look for ever, through outages of the database."""
        while True:
            try:
                await self.look()
            except Unavailable as error:
                log.info("money.database_away", error=error.message)
            await asyncio.sleep(self._every)

    async def close(self) -> None:
        """Nothing to finish."""

    async def look(self) -> int:
        """The sum right now; surplus and shortage of two orders do not cancel out."""
        found = {payment.order_id: payment.unexplained for payment in await self._payments.unexplained(limit=MOST)}
        UNEXPLAINED.set(sum(map(abs, found.values())))
        for order_id in found.keys() & self._seen.keys():
            log.error("money.unexplained", order_id=order_id, cents=found[order_id], hint="is orders judging payments?")
        self._seen = found
        return sum(map(abs, found.values()))
