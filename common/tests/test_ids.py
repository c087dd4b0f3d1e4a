"""Ids are 24 hex digits that tell when they were made."""

from datetime import UTC, datetime

import pytest

from ticketing_common.ids import created_at, is_id
from ticketing_common.mongo import new_id


def test_a_new_id_is_an_id_and_young() -> None:
    some_id = new_id()
    assert is_id(some_id)
    assert abs((datetime.now(UTC) - created_at(some_id)).total_seconds()) < 2


@pytest.mark.parametrize(
    "text", ["", "x" * 24, "0" * 23, "0" * 25, "0" * 24 + "\n", "\N{ARABIC-INDIC DIGIT ONE}" * 24, "{}", "A" * 24]
)
def test_what_is_no_id_is_told_apart(text: str) -> None:
    assert not is_id(text)


def test_an_id_tells_the_second_of_its_birth() -> None:
    assert created_at("5f000000" + "0" * 16) == datetime.fromtimestamp(0x5F000000, UTC)
