"""One order and its payment, on the real store over an in-memory database, and an in-memory Stripe."""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from limits import parse

from ticketing_common.events import CancelReason, Event, OrderStatus, RefundReason
from ticketing_common.idempotency import KeyedRequest, StoredRequest
from ticketing_common.mongo import new_id
from ticketing_common.rate_limits import RateLimiter
from ticketing_common.web.idempotency import response_with
from ticketing_payments.domain.payment import Order, Payment
from ticketing_payments.limits import DeclineLimits
from ticketing_payments.ports import PaymentDeps
from ticketing_payments.schemas import response_to
from ticketing_payments.store import INDEXES, MongoPaymentStore
from ticketing_payments.use_cases.apply_intent import apply_intent
from ticketing_payments.use_cases.orders import cancel_if_order_cancelled, record_order
from ticketing_payments.use_cases.pay import PaymentResult, pay
from ticketing_payments.use_cases.pay_once import Result, pay_once
from ticketing_payments.use_cases.refund import refund
from ticketing_test_support.memory import InMemoryDatabase, WriteFaults
from ticketing_test_support.outbox import pending_events
from ticketing_test_support.payments.stripe import GOOD, InMemoryStripe

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EXPIRES_AT = NOW + timedelta(minutes=15)
PRICE = 1250
CURRENCY = "usd"
BUYER = "5a" * 12

ANY_RATE = parse("1/second")
UNLIMITED = DeclineLimits(RateLimiter(enabled=False), per_order=ANY_RATE, per_user=ANY_RATE)

EventT = TypeVar("EventT", bound=Event)


def make_order(
    version: int = 0,
    status: OrderStatus = OrderStatus.CREATED,
    reason: CancelReason | None = None,
    price: int = PRICE,
) -> Order:
    """An order of BUYER, open by default."""
    return Order(version=version, status=status, user_id=BUYER, expires_at=EXPIRES_AT, price=price, reason=reason)


class PaymentScenario:
    """What can happen to the payment, one method each. `faults` affect the writes to the database."""

    def __init__(self) -> None:
        self.faults = WriteFaults()
        self.database = InMemoryDatabase(INDEXES, self.faults)
        self.store = MongoPaymentStore(self.database)
        self.stripe = InMemoryStripe()
        self.deps = PaymentDeps(
            store=self.store, gateway=self.stripe, currency=CURRENCY, limits=UNLIMITED, now=lambda: NOW
        )
        self.order_id = new_id()

    @property
    def intent_id(self) -> str:
        """The id of the order's intent."""
        return f"pi_{self.order_id}"

    async def payment(self) -> Payment:
        """The payment as stored."""
        payment = await self.store.find(self.order_id)
        assert payment is not None
        return payment

    async def published(self, kind: type[EventT]) -> list[EventT]:
        """The events of this kind, oldest first."""
        return [event for event in await pending_events(self.store.documents) if isinstance(event, kind)]

    async def record(self, order: Order) -> Payment:
        """An event about the order arrives."""
        return await record_order(self.deps, order_id=self.order_id, payment_id=new_id(), order=order)

    async def cancel(self, reason: CancelReason = CancelReason.BUYER) -> None:
        """order.cancelled arrives."""
        payment = await self.record(make_order(version=1, status=OrderStatus.CANCELLED, reason=reason))
        await cancel_if_order_cancelled(self.deps, payment)

    async def pay(self, token: str = GOOD, *, user_id: str = BUYER, now: datetime = NOW) -> PaymentResult:
        """The buyer pays."""
        return await pay(
            self.deps, order_id=self.order_id, user_id=user_id, token=token, now=now, broker_available=lambda: True
        )

    async def pay_once(self, token: str = GOOD, *, key: str = "key", now: datetime = NOW) -> Result | StoredRequest:
        """The buyer's request to pay, with a key."""
        request = KeyedRequest(BUYER, key, fingerprint=f"{self.order_id} {token}", at=now)
        return await pay_once(
            self.deps,
            request,
            lambda result: response_with(request, response_to(result)),
            order_id=self.order_id,
            token=token,
            broker_available=lambda: True,
        )

    async def refresh(self) -> Payment:
        """The intent is retrieved, as on a webhook."""
        return await apply_intent(self.deps, self.order_id, await self.stripe.retrieve(self.intent_id))

    async def refund(self, reason: RefundReason = RefundReason.EXPIRED) -> None:
        """order.refund_due arrives."""
        payment = await self.payment()
        await refund(self.deps, order_id=self.order_id, payment_id=payment.id, refund_id=new_id(), reason=reason)
