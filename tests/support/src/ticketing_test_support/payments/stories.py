"""A shop with a deps, and what can happen in it, in one word each."""

from datetime import UTC, datetime, timedelta

from ticketing_common.events import CancelReason, OrderStatus, RefundReason
from ticketing_common.mongo import new_id
from ticketing_payments.domain.payment import Order, Payment
from ticketing_payments.ports import PaymentDeps
from ticketing_payments.use_cases.apply_intent import apply_intent
from ticketing_payments.use_cases.orders import cancel_if_order_cancelled, record_order
from ticketing_payments.use_cases.pay import PaymentResult, pay
from ticketing_payments.use_cases.refund import refund
from ticketing_test_support.payments.payments import PaymentsInMemory
from ticketing_test_support.payments.stripe import GOOD, StripeInMemory

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EXPIRES_AT = NOW + timedelta(minutes=15)
PRICE = 1250
CURRENCY = "usd"
BUYER = "5a" * 12


def an_order(**changes: object) -> Order:
    """An order that waits for its money."""
    fields = {"version": 0, "status": OrderStatus.CREATED, "user_id": BUYER, "expires_at": EXPIRES_AT, "price": PRICE}
    return Order(**(fields | changes))  # type: ignore[arg-type]  # dataclass fields by name


class Shop:
    """One order, payments and Stripe in memory."""

    def __init__(self) -> None:
        self.payments = PaymentsInMemory()
        self.stripe = StripeInMemory()
        self.deps = PaymentDeps(store=self.payments, gateway=self.stripe, currency=CURRENCY, now=lambda: NOW)
        self.order_id = new_id()

    @property
    def payment(self) -> Payment:
        """The payment as it is stored now."""
        return self.payments.payments[self.order_id]

    @property
    def intent_id(self) -> str:
        """The id that the order's intent has."""
        return f"pi_{self.order_id}"

    async def hear(self, order: Order) -> Payment:
        """An event about the order is heard."""
        return await record_order(self.deps, order_id=self.order_id, payment_id=new_id(), order=order)

    async def open(self) -> None:
        """The order is placed."""
        await self.hear(an_order())

    async def cancel(self, reason: CancelReason = CancelReason.BUYER) -> None:
        """order.cancelled is heard."""
        payment = await self.hear(an_order(version=1, status=OrderStatus.CANCELLED, reason=reason))
        await cancel_if_order_cancelled(self.deps, payment)

    async def pay(self, token: str = GOOD, *, user_id: str = BUYER, now: datetime = NOW) -> PaymentResult:
        """The buyer tries to pay."""
        return await pay(
            self.deps, order_id=self.order_id, user_id=user_id, token=token, now=now, broker_available=lambda: True
        )

    async def look(self) -> Payment:
        """A webhook or the reconciler makes us look at the intent."""
        intent = await self.stripe.retrieve(self.intent_id)
        return await apply_intent(self.deps, self.order_id, intent)

    async def refund(self, reason: RefundReason = RefundReason.EXPIRED) -> None:
        """order.refund_due is heard."""
        await refund(self.deps, order_id=self.order_id, payment_id=self.payment.id, refund_id=new_id(), reason=reason)
