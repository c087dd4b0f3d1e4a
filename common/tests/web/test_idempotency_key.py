"""Idempotency-Key: which values are keys."""

import re

import pytest

from ticketing_common.errors import InvalidRequest
from ticketing_common.web.idempotency import _PATTERN, parse_key

UUID = "8e03978e-40d5-43e8-bc93-6894a57f9324"


@pytest.mark.parametrize(
    ("header", "key"),
    [
        (UUID, UUID),
        (f'"{UUID}"', UUID),
        ("x", "x"),
        ('a "b" c\\', 'a "b" c\\'),
        (" \tx ", "x"),
        (r'"a\"b\\c"', r"a\"b\\c".replace("\\", "", 1).replace("\\\\", "\\")),
        ('" "', " "),
        ("~" * 255, "~" * 255),
        (f'"{"x" * 255}"', "x" * 255),
    ],
)
def test_key_is_raw_or_quoted(header: str, key: str) -> None:
    assert parse_key(header) == key
    assert re.search(_PATTERN, header.strip(" \t"))


@pytest.mark.parametrize(
    "header", ["", " ", '""', '"', '"a', '"a"b', r'"\x"', '"a";v=1', "x" * 256, f'"{"x" * 256}"', "a\tb", "é", "a\x7f"]
)
def test_other_values_are_refused(header: str) -> None:
    with pytest.raises(InvalidRequest, match="printable ASCII"):
        parse_key(header)
    assert not re.search(_PATTERN, header.strip(" \t"))
