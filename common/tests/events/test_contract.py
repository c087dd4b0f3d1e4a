"""The contract between the services changes only on purpose: the files in common/contract are its reviewed form."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ticketing_common.events import (
    EVENTS,
    Envelope,
    Event,
    ExpirationComplete,
    OrderCreated,
    OrderRefundDue,
    PaymentCreated,
    Subject,
    TicketCreated,
)
from ticketing_common.events.schemas import schema_of, write_all

CONTRACT = Path(__file__).parents[2] / "contract"

ORDER: dict[str, Any] = {
    "id": "o1",
    "version": 3,
    "hold": 2,
    "status": "created",
    "userId": "u1",
    "expiresAt": "2026-01-01T00:00:00Z",
    "ticket": {"id": "t1", "title": "Front row", "price": 1250},
}
PAYMENT: dict[str, Any] = {
    "id": "p1",
    "version": 3,
    "orderId": "o1",
    "status": "succeeded",
    "stripeId": "pi_1",
    "amount": 1250,
    "captured": 1250,
    "refunded": 0,
}
TICKET: dict[str, Any] = {"id": "t1", "version": 3, "title": "Front row", "price": 1250, "userId": "u1"}
DATA: dict[str, dict[str, Any]] = {
    "ticket": TICKET,
    "order": ORDER,
    "expiration": {"orderId": "o1"},
    "payment": PAYMENT,
}


def sample(subject: Subject) -> Event:
    data = dict(DATA[subject.partition(".")[0]])
    if subject is Subject.ORDER_REFUND_DUE:
        data |= {"paymentId": "p1", "reason": "expired"}
    return EVENTS[subject].model_validate(data)


@pytest.mark.parametrize("subject", Subject)
def test_the_code_is_what_the_reviewed_contract_says(subject: Subject) -> None:
    advice = (
        "if the change only adds: `python -m ticketing_common.events.schemas common/contract`, and have it reviewed"
    )
    assert (CONTRACT / f"{subject}.json").read_text() == schema_of(subject), advice


def test_the_contract_has_a_file_for_each_subject_and_no_other(tmp_path: Path) -> None:
    write_all(tmp_path)
    assert sorted(path.name for path in CONTRACT.iterdir()) == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.parametrize("subject", Subject)
def test_an_event_cannot_be_changed(subject: Subject) -> None:
    event = sample(subject)
    with pytest.raises(ValidationError, match="frozen"):
        setattr(event, next(iter(type(event).model_fields)), "other")


@pytest.mark.parametrize("subject", Subject)
def test_an_event_on_the_wire_is_camel_case_and_read_back_the_same(subject: Subject) -> None:
    event = sample(subject)
    wire = event.model_dump(mode="json", by_alias=True)
    assert not any("_" in name for name in wire)
    assert type(event).model_validate(wire) == event


def test_a_field_that_a_reader_does_not_know_is_ignored() -> None:
    newer = {**ORDER, "seat": "A1", "ticket": {**ORDER["ticket"], "row": 1}}
    assert OrderCreated.model_validate(newer) == OrderCreated.model_validate(ORDER)


def test_each_subject_says_an_event_of_its_own_with_an_id_of_its_own() -> None:
    events = [sample(subject) for subject in Subject]
    assert [event.subject for event in events] == list(Subject)
    assert len({event.event_id for event in events}) == len(Subject)


def test_the_same_event_has_the_same_id_and_the_next_version_another() -> None:
    created = TicketCreated.model_validate(TICKET)
    assert created.event_id == "ticket.created:t1:3"
    assert created.model_copy(update={"version": 4}).event_id == "ticket.created:t1:4"


def test_a_command_is_the_same_whatever_the_version_of_the_order() -> None:
    due = OrderRefundDue.model_validate({**ORDER, "paymentId": "p1", "reason": "expired"})
    assert due.model_copy(update={"version": 9}).event_id == due.event_id == "order.refund_due:o1:p1"
    assert ExpirationComplete(order_id="o1").event_id == "expiration.complete:o1"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        OrderCreated.model_validate({**ORDER, "expiresAt": "2026-01-01T00:00:00"})


def test_an_envelope_comes_out_of_an_outbox_as_it_went_in() -> None:
    event = PaymentCreated.model_validate(PAYMENT)
    sealed = Envelope.from_event(event, occurred_at=datetime(2026, 1, 1, tzinfo=UTC), traceparent="00-a-b-01")
    assert Envelope.from_document(sealed.to_document()) == sealed
    assert (sealed.id, sealed.subject, sealed.type) == (event.event_id, "payment.created", "PaymentCreated")
