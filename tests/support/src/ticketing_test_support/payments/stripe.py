"""Stripe in memory, with the guarantees the use cases rely on: one intent per order, idempotency keys, final states."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from ticketing_common.errors import Unavailable
from ticketing_payments.domain.intent import Decline, Intent, IntentStatus
from ticketing_payments.ports import InvalidToken, UnknownIntent

GOOD, OTHER_GOOD, DECLINED, NO_FUNDS = "ctoken_good", "ctoken_good_too", "ctoken_declined", "ctoken_no_funds"
REQUIRES_3DS, SLOW, USED, UNTRIED = "ctoken_3ds", "ctoken_slow", "ctoken_used", "ctoken_untried"
_DECLINE_CODES = {DECLINED: "generic_decline", NO_FUNDS: "insufficient_funds"}
_FINAL = (IntentStatus.SUCCEEDED, IntentStatus.CANCELED)

Interruption = Callable[[], Awaitable[object]]


class InMemoryStripe:
    """A `PaymentGateway`. The token decides the outcome.

    `is_down`: no call arrives. `loses_response_of`: the next call of this name is made, but its response is lost.
    `before`: what happens once, before the next call of this name arrives. `changed`: the intent of each change, oldest
    first, which Stripe would send webhooks about.
    """

    def __init__(self) -> None:
        self.intents: dict[str, Intent] = {}
        self.calls: list[tuple[str, str]] = []
        self.changed: list[str] = []
        self.captures = 0
        self.refunds: dict[str, int] = {}
        self.is_down = False
        self.loses_response_of: str | None = None
        self.before: dict[str, Interruption] = {}
        self._confirmed: dict[str, Intent] = {}

    async def create_intent(self, *, order_id: str, amount: int, currency: str) -> Intent:
        await self._arrive("create", order_id)
        return self._respond("create", self.intents.setdefault(f"pi_{order_id}", _fresh(order_id, amount, currency)))

    async def confirm(self, intent_id: str, *, order_id: str, token: str) -> Intent:
        await self._arrive("confirm", token)
        key = f"order:{order_id}:confirm:{token}"
        if key not in self._confirmed:
            self._confirmed[key] = self._attempt(intent_id, token)
        return self._respond("confirm", self._confirmed[key])

    async def retrieve(self, intent_id: str) -> Intent:
        await self._arrive("retrieve", intent_id)
        if intent_id not in self.intents:
            raise UnknownIntent(intent_id)
        return self._respond("retrieve", self.intents[intent_id])

    async def cancel(self, intent_id: str) -> Intent:
        await self._arrive("cancel", intent_id)
        if self.intents[intent_id].status not in _FINAL:
            self._set(intent_id, status=IntentStatus.CANCELED)
        return self._respond("cancel", self.intents[intent_id])

    async def refund(self, *, refund_id: str, intent_id: str) -> Intent:
        await self._arrive("refund", refund_id)
        intent = self.intents[intent_id]
        if refund_id not in self.refunds and not intent.money.disputed:
            self.refunds[refund_id] = intent.money.captured - intent.money.refund_requested
            self._move(intent_id, refund_requested=intent.money.captured)
        return self._respond("refund", self.intents[intent_id])

    def capture(self, intent_id: str) -> None:
        """The charge succeeds: 3-D Secure was passed, or `processing` has ended."""
        self.captures += 1
        self._set(intent_id, status=IntentStatus.SUCCEEDED, decline=None)
        self._move(intent_id, captured=self.intents[intent_id].amount)

    def refund_in_dashboard(self, intent_id: str, amount: int) -> None:
        """Somebody refunds an amount in the dashboard."""
        self._move(intent_id, refund_requested=self.intents[intent_id].money.refund_requested + amount)

    def fail_refund(self, intent_id: str, amount: int) -> None:
        """The buyer's bank returns a refund."""
        self._move(intent_id, refund_failed=amount)

    def dispute(self, intent_id: str, *, won: int = 0, lost: int = 0) -> None:
        """The buyer disputes the whole payment, and the bank perhaps decides."""
        self._move(intent_id, dispute_opened=self.intents[intent_id].amount, dispute_won=won, dispute_lost=lost)

    def called(self, name: str) -> list[str]:
        """The subjects of the calls of this name."""
        return [about for called, about in self.calls if called == name]

    async def _arrive(self, name: str, about: str) -> None:
        self.calls.append((name, about))
        interruption = self.before.pop(name, None)
        if interruption is not None:
            await interruption()
        if self.is_down:
            raise Unavailable("Stripe is down.")

    def _respond(self, name: str, intent: Intent) -> Intent:
        if self.loses_response_of == name:
            self.loses_response_of = None
            raise Unavailable("The response was lost.")
        return intent

    def _attempt(self, intent_id: str, token: str) -> Intent:
        if token == USED:
            raise InvalidToken("That card could not be read. Enter it again.")
        if self.intents[intent_id].status in _FINAL:
            return self.intents[intent_id]
        if token in _DECLINE_CODES:
            self._decline(intent_id, _DECLINE_CODES[token])
        elif token == REQUIRES_3DS:
            self._set(intent_id, status=IntentStatus.REQUIRES_ACTION, decline=None)
        elif token == SLOW:
            self._set(intent_id, status=IntentStatus.PROCESSING, decline=None)
        elif token != UNTRIED:
            self.capture(intent_id)
        return self.intents[intent_id]

    def _decline(self, intent_id: str, code: str) -> None:
        decline = Decline(attempt=f"ch_{len(self.calls)}", code=code, message="Your card was declined.")
        self._set(intent_id, status=IntentStatus.REQUIRES_PAYMENT_METHOD, decline=decline)

    def _move(self, intent_id: str, **amounts: int) -> None:
        self._set(intent_id, money=replace(self.intents[intent_id].money, **amounts))

    def _set(self, intent_id: str, **changes: object) -> None:
        self.changed.append(intent_id)
        self.intents[intent_id] = replace(self.intents[intent_id], **changes)  # type: ignore[arg-type]


def _fresh(order_id: str, amount: int, currency: str) -> Intent:
    return Intent(
        id=f"pi_{order_id}",
        order_id=order_id,
        status=IntentStatus.REQUIRES_PAYMENT_METHOD,
        amount=amount,
        currency=currency,
        client_secret=f"pi_{order_id}_secret_1",
    )
