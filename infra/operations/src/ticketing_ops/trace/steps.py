"""The evidence as steps: each store's history, the events of the streams and Stripe's objects. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ticketing_common.currency import Currency
from ticketing_common.events import Subject
from ticketing_ops.trace.timeline import Document, Evidence, Step

_ORDER = {
    "reserved": "The ticket is reserved until {expires}",
    "cancelled": "The buyer cancels the order",
    "expired": "The reservation expires; the ticket is released",
    "completed": "The payment completes the order",
    "reinstated": "The payment came after the expiry; the ticket was still free: the order is reinstated and complete",
    "refund_due": "The payment cannot buy the ticket ({reason}): a refund is requested",
}
_PAYMENT = {
    "declined": "A card is declined: {reason}",
    "paid": "{amount} is captured",
    "called_off": "The PaymentIntent is cancelled; nothing is charged",
    "refunded": "{amount} is refunded ({reason})",
    "refund_failed": "The bank returns the refund of {amount}",
    "disputed": "The buyer disputes {amount}",
    "dispute_closed": "The dispute is closed: {reason}",
}
_MAX_REASON = 160


def steps(evidence: Evidence, currency: Currency) -> list[Step]:
    """All steps, oldest first."""
    found = [
        *_order(evidence.order),
        *_payment(evidence.payment, currency),
        *_expiry(evidence.expiry, evidence.at),
        *_events(evidence),
        *_dead(evidence),
        *_stripe(evidence.stripe, currency, not_before=_placed_at(evidence.order)),
    ]
    return sorted(found, key=lambda step: step.at)


def _order(order: Document | None) -> Iterator[Step]:
    if order is None:
        return
    for entry in order["history"]:
        text = _ORDER.get(entry["step"], str(entry["step"]))
        reason = entry.get("reason") or "no reason"
        yield Step(entry["at"], "orders", text.format(expires=f"{order['expires_at']:%H:%M:%S}", reason=reason))


def _payment(payment: Document | None, currency: Currency) -> Iterator[Step]:
    for entry in (payment or {}).get("history", ()):
        text = _PAYMENT.get(entry["step"], str(entry["step"]))
        amount = currency.format_price(entry["amount"]) if entry.get("amount") is not None else ""
        yield Step(
            entry["at"], "payments", text.format(amount=amount, reason=(entry.get("reason") or "no reason").rstrip("."))
        )


def _expiry(expiry: Document | None, now: datetime) -> Iterator[Step]:
    if expiry is None:
        return
    if expiry["due_at"] <= now:
        yield Step(expiry["due_at"], "expiration", "The reservation is due to expire")
    if expiry.get("fired_at"):
        late = (expiry["fired_at"] - expiry["due_at"]).total_seconds()
        yield Step(expiry["fired_at"], "expiration", f"The expiration fires, {late:.1f} s after it was due")


def _events(evidence: Evidence) -> Iterator[Step]:
    held = False
    for event in evidence.events:
        about, is_ours = _event_text(event.data), True
        if event.subject.startswith("ticket."):
            holds = event.data.get("orderId") == evidence.order_id
            about = _ticket_text(event.data, holds=holds, held=held)
            is_ours = holds or held or event.subject == Subject.TICKET_WITHDRAWN
            held = holds
        if is_ours:
            yield Step(event.at, "stream", f"{event.subject}{about} is stored (sequence {event.sequence:,})")


def _event_text(data: Document) -> str:
    parts = [f"version {data['version']}"] if "version" in data else []
    parts += [str(data[name]) for name in ("status", "reason") if data.get(name)]
    return f" ({', '.join(parts)})" if parts else ""


def _ticket_text(data: Document, *, holds: bool, held: bool) -> str:
    parts = [f"version {data.get('version')}"]
    if holds or held:
        parts.append("held by this order" if holds else "no longer held by this order")
    if data.get("withdrawn"):
        parts.append("withdrawn by its seller")
    return f" ({', '.join(parts)})"


def _dead(evidence: Evidence) -> Iterator[Step]:
    for letter in evidence.dead:
        reason = letter.reason if len(letter.reason) <= _MAX_REASON else f"{letter.reason[:_MAX_REASON]} …"
        text = (
            f"{letter.consumer} gives up on {letter.subject or 'a message'} (dead letter {letter.sequence}): {reason}"
        )
        yield Step(letter.at, "stream", text)


def _placed_at(order: Document | None) -> datetime:
    return order["history"][0]["at"] if order and order["history"] else datetime.min.replace(tzinfo=UTC)


def _stripe(found: Any, currency: Currency, *, not_before: datetime) -> Iterator[Step]:
    """Stripe lists the newest first. Its times are whole seconds, which may lie before the order that caused them."""

    def moment(each: Document) -> datetime:
        return max(datetime.fromtimestamp(each["created"], UTC), not_before)

    intent = found.get("payment_intent")
    if intent:
        text = f"{intent['id']} is created for {currency.format_price(intent['amount'])}"
        yield Step(moment(intent), "stripe", text)
    for charge in reversed(found.get("charges", ())):
        yield Step(moment(charge), "stripe", f"Charge {charge['id']}: {_charge_text(charge, currency)}")
    for kind, name in (("refunds", "Refund"), ("disputes", "Dispute")):
        for each in reversed(found.get(kind, ())):
            amount = currency.format_price(each["amount"])
            yield Step(moment(each), "stripe", f"{name} {each['id']} of {amount}: now {each['status']}")


def _charge_text(charge: Document, currency: Currency) -> str:
    if charge["status"] == "failed":
        return f"failed ({charge.get('failure_code') or 'unknown reason'})"
    return f"{currency.format_price(charge['amount'])} {charge['status']}"
