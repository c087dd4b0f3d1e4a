"""The Stripe account of the model: that of the payments tests, with what banks and people do there."""

from ticketing_payments.domain.intent import Intent, IntentStatus
from ticketing_payments.ports import WebhookEvent
from ticketing_test_support.payments.stripe import InMemoryStripe

_OPEN = (IntentStatus.REQUIRES_ACTION, IntentStatus.PROCESSING)


class Bank(InMemoryStripe):
    """A Stripe account. `refund_ids` : the ids under which refunds of an intent were requested."""

    def __init__(self) -> None:
        super().__init__()
        self.refund_ids: dict[str, set[str]] = {}

    async def cancel(self, intent_id: str) -> Intent:
        """While the bank decides it is too late to cancel: the harder case."""
        if self.intents[intent_id].status is IntentStatus.PROCESSING:
            return await self.retrieve(intent_id)
        return await super().cancel(intent_id)

    async def refund(self, *, refund_id: str, intent_id: str) -> Intent:
        """Record the id."""
        self.refund_ids.setdefault(intent_id, set()).add(refund_id)
        return await super().refund(refund_id=refund_id, intent_id=intent_id)

    def decide(self, intent_id: str, *, approves: bool) -> None:
        """The bank or the buyer approves or rejects a pending payment."""
        if self.intents[intent_id].status in _OPEN:
            if approves:
                self.capture(intent_id)
            else:
                self._decline(intent_id, "authentication_failed")

    def refund_in_dashboard_up_to(self, intent_id: str, *, cents: int) -> None:
        """Refund up to `cents` in the Stripe dashboard, if Stripe allows it."""
        money = self.intents[intent_id].money
        possible = 0 if money.disputed else min(cents, money.captured - money.refund_requested)
        if possible > 0:
            self.refund_in_dashboard(intent_id, possible)

    def fail_refunds(self, intent_id: str) -> None:
        """The bank returns all refunds, once."""
        money = self.intents[intent_id].money
        if money.refund_requested and not money.refund_failed:
            self.fail_refund(intent_id, money.refund_requested)

    def open_dispute(self, intent_id: str) -> None:
        """The buyer disputes a payment that is not refunded."""
        money = self.intents[intent_id].money
        if money.captured and not money.refund_requested and not money.disputed:
            self.dispute(intent_id)

    def close_dispute(self, intent_id: str, *, won: bool) -> None:
        """The bank decides an open dispute."""
        if self.intents[intent_id].money.has_open_dispute:
            cents = self.intents[intent_id].amount
            self.dispute(intent_id, **{"won" if won else "lost": cents})

    def ledger(self) -> dict[str, list[dict[str, object]]]:
        """As the emulator returns it."""
        ledger: dict[str, list[dict[str, object]]] = {"payment_intents": [], "refunds": [], "disputes": []}
        for intent in self.intents.values():
            money, about = intent.money, {"payment_intent": intent.id}
            ledger["payment_intents"].append(
                {"id": intent.id, "amount_received": money.captured, "metadata": {"order_id": intent.order_id}}
            )
            ledger["refunds"].append({**about, "amount": money.refunded, "status": "succeeded"})
            ledger["disputes"].append({**about, "amount": money.disputed, "status": "needs_response"})
        return ledger


class IntentIdWebhooks:
    """A WebhookReader whose webhooks have the intent id as body."""

    def read_webhook(self, body: bytes, _signature: str | None) -> WebhookEvent:
        """The changed intent."""
        return WebhookEvent(type="payment_intent.succeeded", intent_id=body.decode())
