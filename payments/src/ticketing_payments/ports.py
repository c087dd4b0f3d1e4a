"""What the use cases depend on: the store (`store.py`) and Stripe (`stripe_gateway.py`)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ticketing_common.clock import utc_now
from ticketing_common.errors import InvalidRequest
from ticketing_common.events import Event
from ticketing_payments.domain.intent import Intent
from ticketing_payments.domain.payment import Payment
from ticketing_payments.limits import DeclineLimits


class InvalidToken(InvalidRequest):
    """Stripe has no such token, or it was used before."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="token")


class InvalidSignature(InvalidRequest):
    """Not from Stripe, or more than five minutes off, or no secret is set to verify it with."""


class InvalidWebhook(InvalidRequest):
    """Signed by Stripe, but not an event that this service can read."""


class UnknownIntent(Exception):
    """Stripe has no such intent: another account's key, or an emulator that lost its state. Needs a person."""


class PaymentStore(Protocol):
    """Where payments are stored, one per order."""

    async def find(self, order_id: str) -> Payment | None:
        """The payment of this order."""

    async def find_all(self, order_ids: Iterable[str]) -> list[Payment]:
        """The payments of these orders, in any order."""

    async def add(self, payment: Payment) -> bool:
        """Store a new payment; False when the order has one."""

    async def add_all(self, payments: Sequence[Payment]) -> bool:
        """Store new payments in one request; False when an order has one: the others are stored."""

    async def save(self, payment: Payment, *, expected_version: int, event: Event | None = None) -> bool:
        """Store the next state and its event if the stored version is still the expected one, else return False.

        RequestRepeated when another payment of the user has a request with the same key.
        """

    async def find_by_request(self, user_id: str, key: str) -> Payment | None:
        """The user's payment that has a request with this key."""

    async def save_orders(self, changed: Sequence[tuple[Payment, Payment]]) -> bool:
        """Store the order and version of payments in which nothing else changed, given as (before, after), in one
        request. False when some stored versions are not those before; the others are saved."""

    async def find_due(self, *, now: datetime, limit: int) -> list[Payment]:
        """Payments whose `check_at` has passed, oldest first."""

    async def find_unreconciled(self, *, limit: int) -> list[Payment]:
        """Payments whose `unreconciled` amount is not 0."""


class PaymentGateway(Protocol):
    """Stripe. Each call may be repeated: idempotency keys make it one.

    All raise Unavailable when the outcome is unknown; those that take an intent's id raise UnknownIntent.
    """

    async def create_intent(self, *, order_id: str, amount: int, currency: str) -> Intent:
        """The one intent of the order; `amount` is in minor units."""

    async def confirm(self, intent_id: str, *, order_id: str, token: str) -> Intent:
        """Try to charge the card; a decline is in the returned intent. InvalidToken when the token is refused."""

    async def retrieve(self, intent_id: str) -> Intent:
        """The intent, with its refunded and disputed amounts."""

    async def cancel(self, intent_id: str) -> Intent:
        """Cancel the intent, or return it as it is when it is too late for that."""

    async def refund(self, *, refund_id: str, intent_id: str) -> Intent:
        """Refund all that is left, once per `refund_id`, unless it is disputed. Returns the intent afterwards."""


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """A verified webhook: its type, and the intent it is about."""

    type: str
    intent_id: str | None


class WebhookReader(Protocol):
    """Verifies webhooks."""

    def read_webhook(self, body: bytes, signature: str | None) -> WebhookEvent:
        """The event; InvalidSignature when it is not from Stripe, InvalidWebhook when it is not an event."""


@dataclass(frozen=True, slots=True)
class PaymentDeps:
    """The dependencies of the use cases. `live`: whether real money moves."""

    store: PaymentStore
    gateway: PaymentGateway
    currency: str
    limits: DeclineLimits
    live: bool = False
    now: Callable[[], datetime] = utc_now
