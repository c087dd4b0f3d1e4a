"""Sums captured money that neither bought an order nor was refunded. Must be 0: alert on it."""

import structlog

from ticketing_common.monitor import Monitor
from ticketing_payments.metrics import UNRECONCILED
from ticketing_payments.ports import PaymentStore

log = structlog.get_logger(__name__)

MAX_PAYMENTS = 500


class ReconciliationMonitor(Monitor):
    """Exports the sum, and logs once what stays unreconciled from one check to the next.

    Every payment is unreconciled for a moment, until orders has settled it.
    """

    name = "reconciliation-monitor"
    gauges = (UNRECONCILED,)

    def __init__(self, store: PaymentStore) -> None:
        self._store = store
        self._earlier: set[str] = set()
        self._logged: set[str] = set()

    async def measure(self) -> None:
        await self.check()

    async def check(self) -> int:
        """The sum in minor units; a surplus and a shortage of two orders add up."""
        found = {payment.order_id: payment for payment in await self._store.find_unreconciled(limit=MAX_PAYMENTS)}
        total = sum(abs(payment.unreconciled) for payment in found.values())
        UNRECONCILED.set(total)
        unsettled = found.keys() & self._earlier
        for order_id in unsettled - self._logged:
            hint = "does orders consume payment.created?"
            log.error("payment.unreconciled", order_id=order_id, minor_units=found[order_id].unreconciled, hint=hint)
        self._logged = set(unsettled)
        self._earlier = set(found)
        return total
