"""A session token is taken only when we made it, it has not run out and it says who."""

import base64
import json
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from ticketing_common.errors import NotAuthenticated
from ticketing_common.tokens import LIFETIME, CurrentUser, is_weak, issue, verify

SECRET = "a-secret-of-more-than-thirty-two-bytes"
NOW = datetime.now(UTC)


def signed(secret: str = SECRET, **changes: Any) -> str:
    """A token with the claims of a good one, but for `changes`; None leaves one out."""
    claims = {"id": "u1", "email": "a@b.c", "iat": NOW, "exp": NOW + LIFETIME, **changes}
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, secret)


def headed(header: str) -> str:
    parts = (base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in (header, "{}", "x"))
    return ".".join(parts)


def test_a_token_tells_who_it_was_issued_to() -> None:
    token = issue(user_id="u1", email="a@b.c", secret=SECRET, now=NOW)
    assert verify(token, secret=SECRET) == CurrentUser(id="u1", email="a@b.c", iat=int(NOW.timestamp()))


def test_a_token_lasts_for_its_lifetime_and_no_longer() -> None:
    now = datetime.now(UTC)  # not NOW: a long run may come here minutes after it read this file
    almost = issue(user_id="u1", email="a@b.c", secret=SECRET, now=now - LIFETIME + timedelta(minutes=1))
    assert verify(almost, secret=SECRET).id == "u1"
    over = issue(user_id="u1", email="a@b.c", secret=SECRET, now=now - LIFETIME - timedelta(seconds=2))
    with pytest.raises(NotAuthenticated):
        verify(over, secret=SECRET)


def test_a_token_of_a_clock_that_is_ahead_of_ours_is_good() -> None:
    assert verify(signed(iat=NOW + timedelta(seconds=30)), secret=SECRET).id == "u1"


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"email": None},
        {"iat": None},
        {"exp": None},
        {"id": 7},
        {"id": ""},
        {"email": ["a"]},
        {"iat": "x"},
    ],
)
def test_a_token_with_a_claim_missing_or_misshapen_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(NotAuthenticated):
        verify(signed(**changes), secret=SECRET)


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
        pytest.param(headed("[" * 40_000), id="a header nested beyond reason"),
        headed(json.dumps({"alg": ["HS256"]})),
        headed(json.dumps({"alg": "HS256", "kid": 1})),
        headed("1"),
    ],
)
def test_what_we_did_not_sign_is_refused(token: str) -> None:
    with pytest.raises(NotAuthenticated):
        verify(token, secret=SECRET)


def test_a_token_changed_by_one_letter_is_refused() -> None:
    head, body, signature = signed().split(".")
    forged = json.loads(base64.urlsafe_b64decode(body + "==")) | {"id": "somebody-else"}
    body = base64.urlsafe_b64encode(json.dumps(forged).encode()).rstrip(b"=").decode()
    with pytest.raises(NotAuthenticated):
        verify(f"{head}.{body}.{signature}", secret=SECRET)


def test_a_short_key_works_and_is_not_complained_of_at_each_token() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        token = issue(user_id="u1", email="a@b.c", secret="8letters", now=NOW)
        assert verify(token, secret="8letters").id == "u1"


def test_a_key_is_weak_below_32_bytes() -> None:
    assert (is_weak("x" * 31), is_weak("x" * 32), is_weak("é" * 16)) == (True, False, False)
