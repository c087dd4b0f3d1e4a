"""What the use cases need: a store (`store.py`) and a gateway to the card networks (`stripe_gateway.py`)."""

from datetime import datetime
from typing import Protocol

from ticketing_common.errors import InvalidRequest
from ticketing_common.events import Event
from ticketing_payments.intent import Intent
from ticketing_payments.payment import Payment


class BadToken(InvalidRequest):
    """The gateway knows no such token, or it was used before."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="token")


class UnknownIntent(Exception):
    """Stripe has no such intent: another account's key, or an emulator that lost its state. Somebody must look."""


class Payments(Protocol):
    """Where payments are kept, one an order."""

    async def find(self, order_id: str) -> Payment | None:
        """The payment of this order."""

    async def add(self, payment: Payment) -> bool:
        """Store a new one; False when the order has one already."""

    async def save(self, payment: Payment, *, over: int, event: Event | None = None) -> bool:
        """Store the next state and its event if the stored version is still `over`, else False."""

    async def due(self, *, now: datetime, limit: int) -> list[Payment]:
        """Payments whose `check_at` has come, oldest first."""


class Gateway(Protocol):
    """The card networks. Each call may be repeated: the keys make it one.

    All raise Unavailable when the outcome is unknown, and all that name an intent UnknownIntent when there is none.
    """

    async def create_intent(self, *, order_id: str, amount: int, currency: str) -> Intent:
        """The one intent of the order (minor units)."""

    async def confirm(self, intent_id: str, *, order_id: str, token: str) -> Intent:
        """Try to take the money; a decline is in the answer. BadToken when the token is no good."""

    async def retrieve(self, intent_id: str) -> Intent:
        """The intent as it stands."""

    async def cancel(self, intent_id: str) -> Intent:
        """Call the intent off, or answer how it stands when it is too late for that."""

    async def refund(self, *, refund_id: str, intent_id: str) -> Intent:
        """Give back all that is left, once for each `refund_id`, unless a bank has it; the intent as it then stands."""
