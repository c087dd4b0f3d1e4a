"""The contract changes only on purpose: its reviewed form are the files in common/contract."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from common.tests.events.samples import ORDER, PAYMENT, TICKET, sample
from pydantic import ValidationError

from ticketing_common.events import (
    EVENTS,
    Envelope,
    ExpirationComplete,
    OrderCreated,
    OrderRefundDue,
    PaymentCreated,
    Subject,
    TicketCreated,
)
from ticketing_common.events.schemas import schema_of, write_all

CONTRACT = Path(__file__).parents[2] / "contract"


@pytest.mark.parametrize("subject", Subject)
def test_models_match_the_reviewed_schemas(subject: Subject) -> None:
    advice = "if fields were only added: `python -m ticketing_common.events.schemas common/contract`, then review"
    assert (CONTRACT / f"{subject}.json").read_text() == schema_of(subject), advice


def test_contract_has_one_file_per_subject(tmp_path: Path) -> None:
    write_all(tmp_path)
    assert sorted(path.name for path in CONTRACT.iterdir()) == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.parametrize("subject", Subject)
def test_event_is_immutable_and_camel_case_on_the_wire(subject: Subject) -> None:
    event = EVENTS[subject].model_validate(sample(subject))
    wire = event.model_dump(mode="json", by_alias=True)
    assert not any("_" in name for name in wire)
    assert type(event).model_validate(wire) == event
    with pytest.raises(ValidationError, match="frozen"):
        setattr(event, next(iter(type(event).model_fields)), "other")


def test_each_event_has_its_own_subject_and_id() -> None:
    events = [EVENTS[subject].model_validate(sample(subject)) for subject in Subject]
    assert [event.subject for event in events] == list(Subject)
    assert len({event.event_id for event in events}) == len(Subject)


def test_each_version_has_its_own_id() -> None:
    created = TicketCreated.model_validate(TICKET)
    assert created.event_id == "ticket.created:t1:3"
    assert created.model_copy(update={"version": 4}).event_id == "ticket.created:t1:4"


def test_commands_keep_their_id_across_versions() -> None:
    due = OrderRefundDue.model_validate({**ORDER, "paymentId": "p1", "reason": "expired"})
    assert due.model_copy(update={"version": 9}).event_id == due.event_id == "order.refund_due:o1:p1"
    assert ExpirationComplete(order_id="o1").event_id == "expiration.complete:o1"


def test_time_without_zone_is_invalid() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        OrderCreated.model_validate({**ORDER, "expiresAt": "2026-01-01T00:00:00"})


def test_envelope_survives_the_outbox() -> None:
    event = PaymentCreated.model_validate(PAYMENT)
    envelope = Envelope.from_event(event, occurred_at=datetime(2026, 1, 1, tzinfo=UTC), traceparent="00-a-b-01")
    assert Envelope.from_document(envelope.to_document()) == envelope
    assert (envelope.id, envelope.subject, envelope.type) == (event.event_id, "payment.created", "PaymentCreated")
