"""Unreconciled money is counted, and logged when it stays."""

from dataclasses import replace

from payments.tests.conftest import CountLogged
from prometheus_client import REGISTRY

from ticketing_common.events import CancelReason, OrderStatus
from ticketing_common.mongo import new_id
from ticketing_payments.domain.intent import Money
from ticketing_payments.domain.payment import Order, Payment
from ticketing_payments.monitor import ReconciliationMonitor
from ticketing_payments.store import MongoPaymentStore
from ticketing_test_support.payments.scenario import PRICE, make_order

EXPIRED = make_order(1, OrderStatus.CANCELLED, CancelReason.EXPIRED)
COMPLETE = make_order(1, OrderStatus.COMPLETE)


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


async def test_only_lasting_unreconciled_money_is_logged(store: MongoPaymentStore, count_logged: CountLogged) -> None:
    payment, monitor = await add(store, EXPIRED, Money(PRICE)), ReconciliationMonitor(store)
    await monitor.check()
    assert count_logged("payment.unreconciled") == 0
    await monitor.check()
    assert count_logged(payment.order_id) == 1
    await store.save(replace(payment, version=1, money=Money(PRICE, refund_requested=PRICE)), expected_version=0)
    assert await monitor.check() == 0
