"""The background task that reconciles payments with Stripe."""

import asyncio

import structlog

from ticketing_common.errors import Unavailable
from ticketing_payments.ports import PaymentDeps
from ticketing_payments.use_cases.reconcile import reconcile_due

log = structlog.get_logger(__name__)

INTERVAL_SECONDS = 2.0


class Reconciler:
    """Runs in every replica; they share the work."""

    name = "reconciler"

    def __init__(self, deps: PaymentDeps, *, interval: float = INTERVAL_SECONDS) -> None:
        self._deps = deps
        self._interval = interval

    async def run(self) -> None:
        """Reconcile until cancelled, through outages of Stripe and the database."""
        while True:
            try:
                await reconcile_due(self._deps, self._deps.now())
            except Unavailable as error:
                log.debug("reconciler.postponed", reason=error.message)
            await asyncio.sleep(self._interval)

    async def close(self) -> None:
        """Nothing to finish: claimed payments are checked again after their interval."""
