"""What is still to happen with an order, and what of it needs a person. Pure."""

from collections.abc import Iterator
from datetime import datetime

from ticketing_common.currency import Currency
from ticketing_ops.runbook import OVERDUE_AFTER, PATIENCE, section
from ticketing_ops.texts import duration
from ticketing_ops.trace.timeline import Document, Event, Evidence, Task


def tasks(evidence: Evidence, currency: Currency) -> list[Task]:
    """Those that need a person first."""
    found = [
        *_dead(evidence),
        *_order(evidence),
        *_money(evidence, currency),
        *_outboxes(evidence),
        *_unhandled(evidence),
    ]
    return sorted(found, key=lambda task: not task.needs_person)


def _dead(evidence: Evidence) -> Iterator[Task]:
    for letter in evidence.dead:
        text = f"{letter.consumer} could not handle {letter.subject or 'a message'}."
        do = f"ticketing dead show {letter.sequence}; {section('replay-dead-letters')}"
        yield Task(text, needs_person=True, do=do)


def _order(evidence: Evidence) -> Iterator[Task]:
    order, now = evidence.order, evidence.at
    if order is None:
        yield Task("Orders does not have this order.", needs_person=True, do="ticketing audit")
        return
    if order["status"] != "created":
        return
    left = (order["expires_at"] - now).total_seconds()
    if left > 0:
        yield Task(f"The buyer may pay; the reservation expires in {duration(left)}.", needs_person=False)
    else:
        late = now - order["expires_at"] > OVERDUE_AFTER
        text = f"The reservation was due to be released {duration(-left)} ago."
        yield Task(text, needs_person=late, do=section("ReservationsOverdue"))
    if evidence.expiry is None and not any("expiration" in text for text in evidence.unread):
        is_old = now - order["created_at"] > PATIENCE
        yield Task("Expiration has not scheduled it yet.", needs_person=is_old, do=section("ConsumerLagging"))


def _money(evidence: Evidence, currency: Currency) -> Iterator[Task]:
    payment, now = evidence.payment, evidence.at
    if payment is None:
        return
    money, what_to_do = payment.get("money", {}), section("PaymentsUnreconciled")
    unreconciled = payment.get("unexplained")
    if unreconciled:
        latest = max((entry["at"] for entry in payment.get("history", ())), default=now - PATIENCE)
        text = f"{currency.format_price(abs(unreconciled))} neither bought the order nor was refunded."
        yield Task(text, needs_person=now - latest >= PATIENCE, do=what_to_do)
    refund = payment.get("refund")
    if refund and not refund.get("done"):
        yield Task(f"The refund {refund['id']} is not made yet; it is tried again.", needs_person=False)
    if money.get("bounced"):
        text = f"The bank returned a refund of {currency.format_price(money['bounced'])}: the buyer does not have it."
        yield Task(text, needs_person=True, do=what_to_do)
    if money.get("disputed", 0) > money.get("won", 0) + money.get("lost", 0):
        yield Task("A dispute is open: answer it in Stripe's dashboard.", needs_person=True)
    yield from _check(payment, now)
    yield from _disagreement(evidence, money, currency)


def _check(payment: Document, now: datetime) -> Iterator[Task]:
    if payment.get("check_at") and not payment.get("money", {}).get("captured"):
        left = duration((payment["check_at"] - now).total_seconds())
        yield Task(f"The payment is {payment['status']}; Stripe is asked again in {left}.", needs_person=False)


def _disagreement(evidence: Evidence, money: Document, currency: Currency) -> Iterator[Task]:
    intent = evidence.stripe.get("payment_intent")
    captured = money.get("captured", 0)
    if intent and intent["amount_received"] != captured:
        ours, theirs = currency.format_price(captured), currency.format_price(intent["amount_received"])
        is_old = evidence.at - datetime.fromtimestamp(intent["created"], evidence.at.tzinfo) > PATIENCE
        text = f"Payments knows of {ours} captured, Stripe of {theirs}."
        yield Task(text, needs_person=is_old, do=section("PaymentsUnreconciled"))


def _outboxes(evidence: Evidence) -> Iterator[Task]:
    documents = {
        "tickets": evidence.ticket,
        "orders": evidence.order,
        "payments": evidence.payment,
        "expiration": evidence.expiry,
    }
    for service, document in documents.items():
        for entry in (document or {}).get("outbox", ()):
            age = evidence.at - entry["at"]
            text = f"{service} has not published {entry['subject']} for {duration(age.total_seconds())}."
            yield Task(text, needs_person=age > PATIENCE, do=section("OutboxNotDraining"))


def _unhandled(evidence: Evidence) -> Iterator[Task]:
    for event in evidence.events:
        for consumer in _waiting(evidence, event):
            age = evidence.at - event.at
            text = f"{consumer} may not have handled {event.subject} (sequence {event.sequence:,}) yet."
            yield Task(text, needs_person=age > PATIENCE, do=section("ConsumerLagging"))


def _waiting(evidence: Evidence, event: Event) -> Iterator[str]:
    """The consumers that have not acknowledged everything up to this event."""
    for consumer, subject in evidence.consumers.items():
        if subject == event.subject and event.sequence > evidence.ack_floors.get(consumer, 0):
            yield consumer
