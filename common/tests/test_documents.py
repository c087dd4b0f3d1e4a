"""Documents of a newer release are readable."""

from dataclasses import dataclass

import pytest

from ticketing_common.documents import known_fields, parse_enum
from ticketing_common.errors import Unavailable
from ticketing_common.events import OrderStatus


@dataclass(frozen=True)
class Refund:
    id: str
    amount: int = 0


def test_fields_of_a_newer_release_are_ignored() -> None:
    stored = {"id": "r1", "amount": 5, "currency": "usd"}
    assert Refund(**known_fields(Refund, stored)) == Refund("r1", 5)


def test_missing_fields_get_their_defaults() -> None:
    assert Refund(**known_fields(Refund, {"id": "r1"})) == Refund("r1")


def test_enum_value_of_a_newer_release_is_unavailable() -> None:
    assert parse_enum(OrderStatus, "complete") is OrderStatus.COMPLETE
    with pytest.raises(Unavailable):
        parse_enum(OrderStatus, "archived")
