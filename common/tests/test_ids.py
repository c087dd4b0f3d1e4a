"""Ids are 24 hex digits that contain their time of creation."""

from datetime import UTC, datetime

import pytest

from ticketing_common.ids import created_at, is_id
from ticketing_common.mongo import new_id


def test_new_id_is_valid() -> None:
    assert is_id(new_id())


@pytest.mark.parametrize(
    "text", ["", "x" * 24, "0" * 23, "0" * 25, "0" * 24 + "\n", "\N{ARABIC-INDIC DIGIT ONE}" * 24, "{}", "A" * 24]
)
def test_malformed_id_is_invalid(text: str) -> None:
    assert not is_id(text)


def test_id_contains_the_second_of_its_creation() -> None:
    assert created_at("5f000000" + "0" * 16) == datetime.fromtimestamp(0x5F000000, UTC)
