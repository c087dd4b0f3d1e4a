"""The reconciler: asks Stripe about tries whose answer never came. A webhook that is lost costs time only."""

import asyncio
from datetime import datetime, timedelta

import structlog

from ticketing_common.clock import utc_now
from ticketing_common.errors import Unavailable
from ticketing_payments import domain, use_cases
from ticketing_payments.domain import IntentMismatch
from ticketing_payments.payment import Payment
from ticketing_payments.ports import UnknownIntent
from ticketing_payments.use_cases import Till

log = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 2.0
BATCH = 50
FIRST_PAUSE = timedelta(seconds=60)
LONGEST_PAUSE = timedelta(hours=1)


class Reconciler:
    """A part of the service. Replicas share the work: each claims a payment by moving its next check."""

    name = "reconciler"

    def __init__(self, till: Till, *, look_every: float = LOOK_EVERY_SECONDS) -> None:
        self._till = till
        self._look_every = look_every

    async def run(self) -> None:
        """Look for ever."""
        while True:
            try:
                await self.look(utc_now())
            except Unavailable as error:
                log.info("reconciler.waits", reason=error.message)
            await asyncio.sleep(self._look_every)

    async def close(self) -> None:
        """Nothing to finish: what was claimed is looked at again after its pause."""

    async def look(self, now: datetime) -> int:
        """Ask about what is due at `now`; how many were asked about."""
        due = await self._till.payments.due(now=now, limit=BATCH)
        for payment in due:
            await self._ask(payment, now)
        return len(due)

    async def _ask(self, payment: Payment, now: datetime) -> None:
        claimed = domain.check_later(payment, None if payment.is_settled else now + _pause(payment.checks))
        if not await self._till.payments.save(claimed, over=payment.version) or claimed.check_at is None:
            return
        try:
            intent = await self._till.gateway.retrieve(payment.intent_id or "")
            after = await use_cases.take_over(self._till, payment.order_id, intent)
            await use_cases.settle(self._till, after)
        except (IntentMismatch, UnknownIntent) as error:
            log.critical("reconciler.mismatch", order_id=payment.order_id, error=str(error))


def _pause(checks: int) -> timedelta:
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(checks, 10)))
