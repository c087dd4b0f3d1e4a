"""What `ticketing trace` tells of what was found."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from ticketing_common.currency import USD
from ticketing_ops.runbook import RUNBOOK
from ticketing_ops.trace.drawing import picture
from ticketing_ops.trace.steps import steps
from ticketing_ops.trace.stores import is_id, mask_email
from ticketing_ops.trace.stripe import read_stripe
from ticketing_ops.trace.tasks import tasks
from ticketing_ops.trace.text import offset, text
from ticketing_ops.trace.timeline import DeadEvent, Event, Evidence, Timeline

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ORDER_ID, TICKET_ID = "a" * 24, "b" * 24


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def order(status: str, *history: tuple[str, float], **fields: Any) -> dict[str, Any]:
    return {
        "status": status,
        "created_at": START,
        "expires_at": after(900),
        "ticket": {"id": TICKET_ID, "title": "Hamlet", "price": 1250},
        "history": [{"step": step, "at": after(seconds), **fields} for step, seconds in history],
    }


def payment(*history: tuple[str, float], **fields: Any) -> dict[str, Any]:
    entries = [{"step": step, "at": after(seconds), "amount": 1250, "reason": "expired"} for step, seconds in history]
    return {"id": "p" * 24, "status": "succeeded", "money": {"captured": 1250}, "history": entries, **fields}


SCHEDULED = {"due_at": after(900), "fired": False}
OPEN = Evidence(ORDER_ID, after(100), order=order("created", ("reserved", 0)), expiry=SCHEDULED)
PAID = replace(
    OPEN,
    order=order("complete", ("reserved", 0), ("completed", 60)),
    payment=payment(("paid", 59)),
)
LATE = replace(
    OPEN,
    at=after(1000),
    order=order("complete", ("reserved", 0), ("expired", 901), ("reinstated", 905)),
    payment=payment(("paid", 904)),
    expiry={"due_at": after(900), "fired": True, "fired_at": after(900.5)},
)


def sentences(evidence: Evidence) -> list[str]:
    return [f"{step.source}: {step.text}" for step in steps(evidence, USD)]


def test_steps_of_all_services_are_in_order_of_time() -> None:
    assert sentences(LATE) == [
        "orders: The ticket is reserved until 12:15:00",
        "expiration: The reservation is due to expire",
        "expiration: The expiration fires, 0.5 s after it was due",
        "orders: The reservation expires; the ticket is released",
        "payments: $12.50 is captured",
        "orders: The payment came after the expiry; the ticket was still free: the order is reinstated and complete",
    ]


def test_refund_and_its_reason_are_told() -> None:
    late = order("cancelled", ("reserved", 0), ("refund_due", 905), reason="expired")
    refunded = replace(LATE, order=late, payment=payment(("paid", 904), ("refunded", 906)))
    assert sentences(refunded)[-2:] == [
        "orders: The payment cannot buy the ticket (expired): a refund is requested",
        "payments: $12.50 is refunded (expired)",
    ]


def test_events_of_the_ticket_are_told_while_the_order_holds_it() -> None:
    held = [None, ORDER_ID, None, "c" * 24]
    events = [
        Event(number, "ticket.updated", after(number), {"id": TICKET_ID, "version": number, "orderId": holder})
        for number, holder in enumerate(held)
    ]
    assert sentences(Evidence(ORDER_ID, after(9), events=events)) == [
        "stream: ticket.updated (version 1, held by this order) is stored (sequence 1)",
        "stream: ticket.updated (version 2, no longer held by this order) is stored (sequence 2)",
    ]


def test_withdrawal_of_the_ticket_is_told() -> None:
    states = [("updated", ORDER_ID, False), ("updated", None, False), ("withdrawn", None, True), ("updated", "c", True)]
    events = [
        Event(number, f"ticket.{kind}", after(number), {"version": number, "orderId": holder, "withdrawn": withdrawn})
        for number, (kind, holder, withdrawn) in enumerate(states)
    ]
    assert sentences(Evidence(ORDER_ID, after(9), events=events))[2:] == [
        "stream: ticket.withdrawn (version 2, withdrawn by its seller) is stored (sequence 2)"
    ]


def test_stripes_objects_are_told() -> None:
    created = int(START.timestamp())
    found = {
        "payment_intent": {"id": "pi_1", "created": created, "amount": 1250},
        "charges": [
            {"id": "ch_2", "created": created + 1, "amount": 1250, "status": "succeeded"},
            {"id": "ch_1", "created": created + 1, "amount": 1250, "status": "failed", "failure_code": "card_declined"},
        ],
        "refunds": [{"id": "re_1", "created": created + 3, "amount": 1250, "status": "succeeded"}],
    }
    assert sentences(Evidence(ORDER_ID, after(9), stripe=found)) == [
        "stripe: pi_1 is created for $12.50",
        "stripe: Charge ch_1: failed (card_declined)",
        "stripe: Charge ch_2: $12.50 succeeded",
        "stripe: Refund re_1 of $12.50: now succeeded",
    ]


def test_stripes_whole_seconds_do_not_precede_the_order() -> None:
    placed = order("created", ("reserved", 0.124))
    found = {"payment_intent": {"id": "pi_1", "created": int(START.timestamp()), "amount": 1250}}
    told = steps(Evidence(ORDER_ID, after(9), order=placed, stripe=found), USD)
    assert [(step.at, step.source) for step in told] == [(after(0.124), "orders"), (after(0.124), "stripe")]


def test_reason_of_a_declined_card_ends_with_one_full_stop() -> None:
    declined = payment(("declined", 5))
    declined["history"][0]["reason"] = "Your card was declined."
    assert sentences(Evidence(ORDER_ID, after(9), payment=declined)) == [
        "payments: A card is declined: Your card was declined"
    ]


HANDLED_TO_7 = replace(
    PAID, consumers={"orders-payment-created": "payment.created"}, ack_floors={"orders-payment-created": 7}
)
EVENT = Event(8, "payment.created", after(59), {"orderId": ORDER_ID})
UNPUBLISHED = [{"subject": "order.completed", "at": after(60)}]
INTENT = {"created": int(START.timestamp()), "amount_received": 0}


LEFT = [
    (OPEN, "The buyer may pay; the reservation expires in 13 min.", False),
    (replace(OPEN, at=after(910)), "The reservation was due to be released 10 s ago.", False),
    (replace(OPEN, at=after(960)), "The reservation was due to be released 60 s ago.", True),
    (replace(OPEN, expiry=None), "Expiration has not scheduled it yet.", True),
    (replace(OPEN, order=None), "Orders does not have this order.", True),
    (replace(PAID, payment=payment(("paid", 59), unexplained=1250)), "$12.50 neither bought the order", False),
    (
        replace(PAID, at=after(200), payment=payment(("paid", 59), unexplained=1250)),
        "$12.50 neither bought the order nor was refunded.",
        True,
    ),
    (replace(PAID, payment=payment(refund={"id": "r1"})), "The refund r1 is not made yet", False),
    (replace(PAID, payment=payment(money={"bounced": 1250})), "The bank returned a refund of $12.50", True),
    (replace(PAID, payment=payment(money={"disputed": 1250})), "A dispute is open", True),
    (replace(PAID, stripe={"payment_intent": INTENT}), "Payments knows of $12.50 captured, Stripe of $0.00.", True),
    (replace(PAID, order={**(PAID.order or {}), "outbox": UNPUBLISHED}), "orders has not published", False),
    (
        replace(HANDLED_TO_7, events=[EVENT]),
        "orders-payment-created may not have handled payment.created",
        False,
    ),
    (
        replace(PAID, dead=[DeadEvent(4, after(70), "orders-payment-created", "payment.created", "KeyError")]),
        "orders-payment-created could not handle payment.created.",
        True,
    ),
]


@pytest.mark.parametrize(("evidence", "expected", "needs_person"), LEFT)
def test_what_is_still_to_happen_is_told(evidence: Evidence, expected: str, *, needs_person: bool) -> None:
    found = [task for task in tasks(evidence, USD) if task.text.startswith(expected)]
    assert [task.needs_person for task in found] == [needs_person], tasks(evidence, USD)


def test_nothing_is_left_to_happen_to_a_paid_order() -> None:
    handled = replace(HANDLED_TO_7, events=[replace(EVENT, sequence=7)])
    assert tasks(handled, USD) == []
    assert "Nothing is left to happen." in text(timeline(handled))


def timeline(evidence: Evidence) -> Timeline:
    return Timeline(ORDER_ID, "A & B", {}, steps(evidence, USD), tasks(evidence, USD), evidence.unread)


def test_picture_is_an_svg_with_a_dot_for_each_step() -> None:
    image = ET.fromstring(picture(timeline(LATE)))
    assert len(image.findall("{http://www.w3.org/2000/svg}circle")) == len(timeline(LATE).steps)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(-1.5, "-1.500 s"), (0, "+0.000 s"), (90, "+01:30"), (3_700, "+1:01:40")]
)
def test_offset_is_short(seconds: float, expected: str) -> None:
    assert offset(after(seconds), START) == expected


@pytest.mark.parametrize(
    ("email", "masked"), [("anna@example.com", "a***@e***.com"), ("a@b.co.uk", "a***@b***.uk"), ("x", "x***@***")]
)
def test_email_is_masked(email: str, masked: str) -> None:
    assert mask_email(email) == masked


@pytest.mark.parametrize(
    ("name", "expected"), [("a" * 24, True), ("pi_3abc4567890", True), ("../x", False), ("A" * 24, False)]
)
def test_ids_have_a_form(name: str, expected: bool) -> None:
    assert is_id(name) is expected


async def test_stripe_is_not_asked_without_a_key() -> None:
    assert await read_stripe("pi_1", emulator=None, environ={}) == (
        {},
        ["Stripe was not asked: set STRIPE_KEY to a key that may read payments."],
    )


async def test_unreachable_stripe_is_told_without_the_key() -> None:
    environ = {"STRIPE_KEY": "sk_test_secret", "STRIPE_API_BASE": "http://127.0.0.1:1"}
    found, (sentence,) = await read_stripe("pi_1", emulator=None, environ=environ)
    assert found == {}
    assert sentence == f"Stripe could not be read: {httpx.ConnectError.__name__}."


def test_each_section_of_the_runbook_exists() -> None:
    advice = " ".join(task.do for evidence, _, _ in LEFT for task in tasks(evidence, USD))
    headings = re.findall(r"^#+ (.+)$", (Path(__file__).parents[3] / RUNBOOK).read_text(), re.MULTILINE)
    assert {*re.findall(r"#([\w-]+)", advice)} <= {heading.lower().replace(" ", "-") for heading in headings}


def test_trace_is_that_of_the_order_not_of_its_tickets_edits() -> None:
    edit, placed = (f"00-{digit * 32}-{'b' * 16}-01" for digit in "1e")
    edited = Event(1, "ticket.updated", START, {}, edit)
    found = replace(OPEN, events=[edited, Event(2, "order.created", START, {}, placed)])
    assert replace(OPEN, events=[edited]).trace_id is None
    assert found.trace_id == "e" * 32
    assert replace(found, order={**(OPEN.order or {}), "trace": edit}).trace_id == "1" * 32
