"""Secrets are redacted, by key and by pattern; ids, times and amounts are not."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing_common.mongo import new_id
from ticketing_common.observability.redaction import REDACTED, redact, redact_text
from ticketing_common.tokens import issue

SECRETS = [
    *("sk_test_51abcDEF", "sk_live_51abcDEF", "rk_live_51abcDEF", "whsec_abc123"),
    *("pi_3abc_secret_def456", "seti_1abc_secret_def", "tok_visa", "pm_card_visa", "ctoken_1abc"),
    "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjEifQ.abc-_123",
    *("4242424242424242", "4242 4242 4242 4242", "4000-0566-5566-5556", "6011111111111117"),
    *("378282246310005", "3782 822463 10005"),
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("text", ["{}", "said {}.", "key={}", '{{"a": "{}"}}', "({})", "https://h/p?x={}&y=1"])
def test_secret_is_redacted_in_any_context(secret: str, text: str) -> None:
    assert redact_text(text.format(secret)) == text.format(REDACTED)


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("mongodb://user:pa55word@mongo:27017/db", f"mongodb://{REDACTED}@mongo:27017/db"),
        ("nats://token@nats:4222", f"nats://{REDACTED}@nats:4222"),
        ("https://u:p@ss@host/a@b", f"https://{REDACTED}@host/a@b"),
        ("Cookie: session=abc; theme=dark", f"Cookie: {REDACTED}"),
        ("got session=abc.def; theme=dark", f"got {REDACTED}; theme=dark"),
        ("Authorization: Bearer abc.def", f"Authorization: {REDACTED}"),
    ],
)
def test_only_the_credentials_are_redacted(text: str, redacted: str) -> None:
    assert redact_text(text) == redacted


HARMLESS = [
    *("66f0aa1234567890123456ab", "424242424242424242424242", "order.created:424242424242424242424242:3"),
    *("00-4242424242424242aaaaaaaaaaaaaaaa-4242424242424242-01", "550e8400-e29b-41d4-a716-446655440000"),
    *("1763829837", "1763829837123", "1763829837123456", "1763829837123456789"),
    *("2026-11-22T16:43:57.123456Z", "2026-11-22 16:43:57 4242"),
    *("0.4242424242424242", "price 99999999 minor units, 999999.99 dollars", "4242424242424241"),
    *("pi_3abc", "task_test_1", "3pm_meeting"),
    *("http://localhost:8080/api/orders", "localhost:4222 says a@b.c"),
]


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_is_unchanged(text: str) -> None:
    assert redact_text(text) == text


@given(st.integers(min_value=0, max_value=16**24 - 1))
def test_ids_are_never_changed(number: int) -> None:
    some_id = f"{number:024x}"
    assert redact_text(f"order {some_id}: /api/orders/{some_id}") == f"order {some_id}: /api/orders/{some_id}"


def test_numbers_stay_numbers() -> None:
    event: dict[str, Any] = {"sequence": 4242424242424242, "seconds": 0.25, "done": True, "nothing": None}
    assert redact(None, "info", event) == event


def test_secret_key_redacts_its_value_at_any_depth() -> None:
    event = {"user": {"id": "u1", "password": "hunter2", "cards": [1]}, "jwt_secret": "x", "Set-Cookie": "y"}
    redacted = redact(None, "info", event)
    assert redacted == {
        "user": {"id": "u1", "password": REDACTED, "cards": REDACTED},
        "jwt_secret": REDACTED,
        "Set-Cookie": REDACTED,
    }


def test_objects_are_redacted_as_text() -> None:
    event = {"error": ValueError("tok_visa"), "raw": b"tok_visa", "many": {"tok_visa"}, "pair": ("tok_visa", 1)}
    assert redact(None, "info", event) == {
        "error": REDACTED,
        "raw": f"b'{REDACTED}'",
        "many": [REDACTED],
        "pair": [REDACTED, 1],
    }


def test_session_token_is_redacted() -> None:
    token = issue(user_id=new_id(), email="a@b.c", secret="x" * 32, now=datetime.now(UTC))
    assert redact_text(f"token is {token}") == f"token is {REDACTED}"
