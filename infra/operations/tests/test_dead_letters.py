"""A dead letter's reason in a few words."""

import pytest
from pydantic import ValidationError

from ticketing_common.events import OrderCreated
from ticketing_ops.dead_letters.text import summarize


def reason(event: str) -> str:
    """The reason of an order.created with this payload: on one line, as a consumer stores it."""
    with pytest.raises(ValidationError) as error:
        OrderCreated.model_validate_json(event)
    return " ".join(f"InvalidMessage: not a readable OrderCreated: {error.value}".split())


@pytest.mark.parametrize(
    ("event", "summary"),
    [
        ('{"id": 5', "invalid OrderCreated: not JSON"),
        (
            '{"id": "1", "version": "a", "hold": 1, "status": "created"}',
            "invalid OrderCreated: version, userId, expiresAt, ticket",
        ),
        ("{}", "invalid OrderCreated: id, version, hold, status, userId, expiresAt, …"),
    ],
)
def test_invalid_message_is_summarized_by_its_fields(event: str, summary: str) -> None:
    assert summarize(reason(event)) == summary


def test_other_reason_is_cut_between_words() -> None:
    assert summarize("KeyError: word " + "word " * 40).endswith("word …")
