"""Unreconciled money is counted, and logged when it stays."""

from dataclasses import replace

import pytest
from prometheus_client import REGISTRY

from ticketing_common.events import CancelReason, OrderStatus
from ticketing_common.mongo import new_id
from ticketing_payments.domain.intent import Money
from ticketing_payments.domain.payment import Order, Payment
from ticketing_payments.monitor import ReconciliationMonitor
from ticketing_payments.store import INDEXES, MongoPaymentStore
from ticketing_test_support.memory import InMemoryDatabase
from ticketing_test_support.payments.scenario import PRICE, make_order

EXPIRED = make_order(1, OrderStatus.CANCELLED, CancelReason.EXPIRED)
COMPLETE = make_order(1, OrderStatus.COMPLETE)


@pytest.fixture
def store() -> MongoPaymentStore:
    """A store in memory."""
    return MongoPaymentStore(InMemoryDatabase(INDEXES))


async def add(store: MongoPaymentStore, order: Order, money: Money) -> Payment:
    payment = Payment(order_id=new_id(), id=new_id(), version=0, order=order, money=money)
    await store.add(payment)
    return payment


async def test_surplus_and_shortage_add_up_and_reconciled_payments_do_not_count(store: MongoPaymentStore) -> None:
    for order, money in ((COMPLETE, Money(PRICE)), (EXPIRED, Money(PRICE, PRICE)), (make_order(), Money())):
        await add(store, order, money)
    assert await ReconciliationMonitor(store).check() == 0
    await add(store, EXPIRED, Money(PRICE))
    await add(store, COMPLETE, Money())
    assert await ReconciliationMonitor(store).check() == 2 * PRICE
    assert REGISTRY.get_sample_value("payments_unreconciled_minor_units") == 2 * PRICE


async def test_only_money_that_stays_unreconciled_is_logged(
    store: MongoPaymentStore, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def logged() -> str:
        return caplog.text + "".join(capsys.readouterr())

    payment, monitor = await add(store, EXPIRED, Money(PRICE)), ReconciliationMonitor(store)
    await monitor.check()
    assert "payment.unreconciled" not in logged()
    await monitor.check()
    assert payment.order_id in logged()
    await store.save(replace(payment, version=1, money=Money(PRICE, refund_requested=PRICE)), expected_version=0)
    assert await monitor.check() == 0
