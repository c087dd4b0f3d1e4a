"""Money that nothing explains is counted, and logged when it stays so."""

from dataclasses import replace

import pytest
from prometheus_client import REGISTRY

from ticketing_common.events import CancelReason, OrderStatus
from ticketing_common.mongo import new_id
from ticketing_payments.intent import Money
from ticketing_payments.money_watch import MoneyWatch
from ticketing_payments.payment import Order, Payment
from ticketing_payments.store import PaymentStore
from ticketing_test_support.payments.stories import PRICE, an_order

EXPIRED = an_order(version=1, status=OrderStatus.CANCELLED, reason=CancelReason.EXPIRED)
COMPLETE = an_order(version=1, status=OrderStatus.COMPLETE)


async def keep(store: PaymentStore, order: Order, money: Money) -> Payment:
    """A payment as it ended."""
    payment = Payment(order_id=new_id(), id=new_id(), version=0, order=order, money=money)
    await store.add(payment)
    return payment


async def test_complete_refunded_and_unpaid_orders_are_explained(store: PaymentStore) -> None:
    for order, money in ((COMPLETE, Money(PRICE)), (EXPIRED, Money(PRICE, PRICE)), (an_order(), Money())):
        await keep(store, order, money)
    assert await MoneyWatch(store).look() == 0


async def test_too_much_and_too_little_do_not_cancel_out(store: PaymentStore) -> None:
    await keep(store, EXPIRED, Money(PRICE))
    await keep(store, COMPLETE, Money())
    assert await MoneyWatch(store).look() == 2 * PRICE
    assert REGISTRY.get_sample_value("unexplained_cents") == 2 * PRICE


async def test_money_is_explained_once_it_has_gone_back(store: PaymentStore) -> None:
    payment, watch = await keep(store, EXPIRED, Money(PRICE)), MoneyWatch(store)
    assert await watch.look() == PRICE
    await store.save(replace(payment, version=1, money=Money(PRICE, given_back=PRICE)), over=0)
    assert await watch.look() == 0


async def test_only_what_stays_unexplained_is_logged(
    store: PaymentStore, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    payment, watch = await keep(store, EXPIRED, Money(PRICE)), MoneyWatch(store)
    await watch.look()
    assert payment.order_id not in caplog.text + "".join(capsys.readouterr())
    await watch.look()
    assert payment.order_id in caplog.text + "".join(capsys.readouterr())
