"""The Stripe account of the model: that of payments' own tests, with what banks and people do there."""

from ticketing_payments.domain.intent import Intent, IntentStatus
from ticketing_payments.ports import WebhookEvent
from ticketing_test_support.payments.stripe import StripeInMemory

_OPEN = (IntentStatus.REQUIRES_ACTION, IntentStatus.PROCESSING)


class Bank(StripeInMemory):
    """A Stripe account. `refund_ids` tells under which ids refunds of an intent were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.refund_ids: dict[str, set[str]] = {}

    async def cancel(self, intent_id: str) -> Intent:
        """While the bank decides it is too late to call an intent off: the harder case for us."""
        if self.intents[intent_id].status is IntentStatus.PROCESSING:
            return await self.retrieve(intent_id)
        return await super().cancel(intent_id)

    async def refund(self, *, refund_id: str, intent_id: str) -> Intent:
        """As any, and remembered by its id."""
        self.refund_ids.setdefault(intent_id, set()).add(refund_id)
        return await super().refund(refund_id=refund_id, intent_id=intent_id)

    def decide(self, intent_id: str, *, pays: bool) -> None:
        """The bank, or the buyer before it, says yes or no to what waits for that."""
        if self.intents[intent_id].status in _OPEN:
            if pays:
                self.capture(intent_id)
            else:
                self._decline(intent_id, "authentication_failed")

    def refund_by_hand(self, intent_id: str, *, cents: int) -> None:
        """Somebody gives back up to `cents` in Stripe's dashboard, if Stripe lets him."""
        money = self.intents[intent_id].money
        possible = 0 if money.disputed else min(cents, money.captured - money.refund_requested)
        if possible > 0:
            self.refund_in_dashboard(intent_id, possible)

    def bounce_refunds(self, intent_id: str) -> None:
        """The buyer's bank sends back all that was refunded, once."""
        money = self.intents[intent_id].money
        if money.refund_requested and not money.refund_failed:
            self.bounce(intent_id, money.refund_requested)

    def open_dispute(self, intent_id: str) -> None:
        """The buyer goes to his bank, if there is money of his to be had."""
        money = self.intents[intent_id].money
        if money.captured and not money.refund_requested and not money.disputed:
            self.dispute(intent_id)

    def close_dispute(self, intent_id: str, *, won: bool) -> None:
        """The buyer's bank decides an open dispute."""
        if self.intents[intent_id].money.has_open_dispute:
            cents = self.intents[intent_id].amount
            self.dispute(intent_id, **{"won" if won else "lost": cents})

    def ledger(self) -> dict[str, list[dict[str, object]]]:
        """As the emulator shows its own, for the audit."""
        ledger: dict[str, list[dict[str, object]]] = {"payment_intents": [], "refunds": [], "disputes": []}
        for intent in self.intents.values():
            money, about = intent.money, {"payment_intent": intent.id}
            ledger["payment_intents"].append(
                {"id": intent.id, "amount_received": money.captured, "metadata": {"order_id": intent.order_id}}
            )
            ledger["refunds"].append({**about, "amount": money.refunded, "status": "succeeded"})
            ledger["disputes"].append({**about, "amount": money.disputed, "status": "needs_response"})
        return ledger


class Postman:
    """A WebhookReader for webhooks whose body is the intent's id."""

    def read_webhook(self, body: bytes, _signature: str | None) -> WebhookEvent:
        """What it is about."""
        return WebhookEvent(type="payment_intent.succeeded", intent_id=body.decode())
