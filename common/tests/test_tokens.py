"""Only an unexpired token that we issued is valid."""

import base64
import json
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from ticketing_common.errors import NotAuthenticated
from ticketing_common.tokens import LIFETIME, CurrentUser, TokenVerifier, is_weak, issue

SECRET = "a-secret-of-more-than-thirty-two-bytes"
NOW = datetime.now(UTC)


def signed(secret: str = SECRET, **changes: Any) -> str:
    """A token with valid claims but for `changes`; None leaves a claim out."""
    claims = {"id": "u1", "email": "a@b.c", "iat": NOW, "exp": NOW + LIFETIME, **changes}
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, secret)


def verify(token: str, *, secret: str) -> CurrentUser:
    return TokenVerifier(secret).verify(token)


def with_header(header: str) -> str:
    parts = (base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in (header, "{}", "x"))
    return ".".join(parts)


def test_token_identifies_its_user() -> None:
    token = issue(user_id="u1", email="a@b.c", secret=SECRET, now=NOW)
    assert verify(token, secret=SECRET) == CurrentUser(id="u1", email="a@b.c", iat=int(NOW.timestamp()))


def test_token_is_valid_for_its_lifetime() -> None:
    now = datetime.now(UTC)  # not NOW: a long run may get here minutes after importing this file
    almost = issue(user_id="u1", email="a@b.c", secret=SECRET, now=now - LIFETIME + timedelta(minutes=1))
    assert verify(almost, secret=SECRET).id == "u1"
    over = issue(user_id="u1", email="a@b.c", secret=SECRET, now=now - LIFETIME - timedelta(seconds=2))
    with pytest.raises(NotAuthenticated):
        verify(over, secret=SECRET)


def test_token_issued_by_a_faster_clock_is_valid() -> None:
    assert verify(signed(iat=NOW + timedelta(seconds=30)), secret=SECRET).id == "u1"


@pytest.mark.parametrize(
    ("claim", "value"),
    [*((name, None) for name in ("id", "email", "iat", "exp")), ("id", 7), ("id", ""), ("email", ["a"]), ("iat", "x")],
)
def test_missing_or_malformed_claim_is_invalid(claim: str, value: Any) -> None:
    with pytest.raises(NotAuthenticated):
        verify(signed(**{claim: value}), secret=SECRET)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "garbage",
        "a.b.c",
        "é.é.é",
        signed("another-secret-of-thirty-two-bytes-or-more"),
        jwt.encode({"id": "u1", "email": "a@b.c", "iat": 1, "exp": 9_999_999_999}, None, algorithm="none"),
        jwt.encode({"id": "u1", "email": "a@b.c", "iat": 1, "exp": 9_999_999_999}, SECRET * 2, algorithm="HS512"),
        pytest.param(with_header("[" * 40_000), id="a deeply nested header"),
        with_header(json.dumps({"alg": ["HS256"]})),
        with_header(json.dumps({"alg": "HS256", "kid": 1})),
        with_header("1"),
    ],
)
def test_foreign_token_is_invalid(token: str) -> None:
    with pytest.raises(NotAuthenticated):
        verify(token, secret=SECRET)


def test_modified_token_is_invalid() -> None:
    head, body, signature = signed().split(".")
    forged = json.loads(base64.urlsafe_b64decode(body + "==")) | {"id": "u2"}
    body = base64.urlsafe_b64encode(json.dumps(forged).encode()).rstrip(b"=").decode()
    with pytest.raises(NotAuthenticated):
        verify(f"{head}.{body}.{signature}", secret=SECRET)


def test_short_key_works_without_a_warning_per_token() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        token = issue(user_id="u1", email="a@b.c", secret="8letters", now=NOW)
        assert verify(token, secret="8letters").id == "u1"


def test_short_key_signs_as_any_other_implementation() -> None:
    with warnings.catch_warnings(action="ignore"):
        token = signed("8letters")
    assert verify(token, secret="8letters").id == "u1"


def test_key_is_weak_below_32_bytes() -> None:
    assert (is_weak("x" * 31), is_weak("x" * 32), is_weak("é" * 16)) == (True, False, False)


def test_remembered_token_expires() -> None:
    now = NOW.timestamp()
    tokens = TokenVerifier(SECRET, now=lambda: now)
    token = issue(user_id="u1", email="a@b.c", secret=SECRET, now=NOW)
    assert tokens.verify(token) is tokens.verify(token)
    now += LIFETIME.total_seconds()
    with pytest.raises(NotAuthenticated):
        tokens.verify(token)


def test_only_so_many_tokens_are_remembered() -> None:
    tokens = TokenVerifier(SECRET, size=2)
    first, second, third = (issue(user_id=user, email="a@b.c", secret=SECRET, now=NOW) for user in "123")
    remembered = [tokens.verify(token) for token in (first, second, first, third)]
    assert tokens.verify(first) is remembered[0]
    assert tokens.verify(second) is not remembered[1]
    assert tokens.verify(second) == remembered[1]


def test_invalid_token_is_not_remembered() -> None:
    tokens = TokenVerifier(SECRET)
    for _ in range(2):
        with pytest.raises(NotAuthenticated):
            tokens.verify(signed("another-secret-of-thirty-two-bytes-or-more"))
