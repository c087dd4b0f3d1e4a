"""Money that nothing explains is counted, and logged when it stays so."""

from dataclasses import replace

import pytest
from prometheus_client import REGISTRY

from ticketing_common.events import CancelReason, OrderStatus
from ticketing_common.mongo import new_id
from ticketing_payments.domain.intent import Money
from ticketing_payments.domain.payment import Order, Payment
from ticketing_payments.monitor import ReconciliationMonitor
from ticketing_payments.store import MongoPaymentStore
from ticketing_test_support.payments.stories import PRICE, an_order

EXPIRED = an_order(version=1, status=OrderStatus.CANCELLED, reason=CancelReason.EXPIRED)
COMPLETE = an_order(version=1, status=OrderStatus.COMPLETE)


async def keep(store: MongoPaymentStore, order: Order, money: Money) -> Payment:
    """A payment as it ended."""
    payment = Payment(order_id=new_id(), id=new_id(), version=0, order=order, money=money)
    await store.add(payment)
    return payment


async def test_complete_refunded_and_unpaid_orders_are_explained(store: MongoPaymentStore) -> None:
    for order, money in ((COMPLETE, Money(PRICE)), (EXPIRED, Money(PRICE, PRICE)), (an_order(), Money())):
        await keep(store, order, money)
    assert await ReconciliationMonitor(store).check() == 0


async def test_too_much_and_too_little_do_not_cancel_out(store: MongoPaymentStore) -> None:
    await keep(store, EXPIRED, Money(PRICE))
    await keep(store, COMPLETE, Money())
    assert await ReconciliationMonitor(store).check() == 2 * PRICE
    assert REGISTRY.get_sample_value("payments_unreconciled_minor_units") == 2 * PRICE


async def test_money_is_explained_once_it_has_gone_back(store: MongoPaymentStore) -> None:
    payment, watch = await keep(store, EXPIRED, Money(PRICE)), ReconciliationMonitor(store)
    assert await watch.check() == PRICE
    await store.save(replace(payment, version=1, money=Money(PRICE, refund_requested=PRICE)), expected_version=0)
    assert await watch.check() == 0


async def test_only_what_stays_unexplained_is_logged(
    store: MongoPaymentStore, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    payment, watch = await keep(store, EXPIRED, Money(PRICE)), ReconciliationMonitor(store)
    await watch.check()
    assert payment.order_id not in caplog.text + "".join(capsys.readouterr())
    await watch.check()
    assert payment.order_id in caplog.text + "".join(capsys.readouterr())
