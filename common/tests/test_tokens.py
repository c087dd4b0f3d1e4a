"""Only an unexpired token that we issued is valid."""

import base64
import json
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from ticketing_common.errors import NotAuthenticated
from ticketing_common.signing_keys import is_weak
from ticketing_common.tokens import DEFAULT_LIMITS, CurrentUser, SessionLimits, TokenVerifier, issue

SECRET = "a-secret-of-more-than-thirty-two-bytes"
NOW = datetime.now(UTC)
LIFETIME = timedelta(seconds=DEFAULT_LIMITS.idle)


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
    user, now = verify(token, secret=SECRET), int(NOW.timestamp())
    assert (user.id, user.email, user.iat, user.started_at, user.generation) == ("u1", "a@b.c", now, now, 0)
    assert user.expires_at == now + DEFAULT_LIMITS.idle


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


def kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def test_sessions_survive_the_rotation_of_the_key() -> None:
    old = issue(user_id="u1", email="a@b.c", secret=SECRET, now=NOW)
    rotated = f"another-secret-of-thirty-two-bytes-or-more,{SECRET},the-oldest-of-all-these-secrets-of-32"
    assert verify(old, secret=rotated).id == "u1"
    assert verify(signed(), secret=rotated).id == "u1"  # without a kid, as of an older release
    new = issue(user_id="u1", email="a@b.c", secret=rotated, now=NOW)
    assert (verify(new, secret=rotated).id, kid(new) == kid(old)) == ("u1", False)
    with pytest.raises(NotAuthenticated):
        verify(new, secret=SECRET)


def test_session_ends_with_the_removal_of_its_key() -> None:
    with pytest.raises(NotAuthenticated):
        verify(issue(user_id="u1", email="a@b.c", secret=SECRET, now=NOW), secret="another-secret,and-one-more")


def test_unknown_kid_is_tried_with_each_key() -> None:
    claims = {"id": "u1", "email": "a@b.c", "iat": NOW, "exp": NOW + LIFETIME}
    token = jwt.encode(claims, SECRET, headers={"kid": "made by hand"})
    assert verify(token, secret=f"another-secret-of-thirty-two-bytes-or-more,{SECRET}").id == "u1"


def test_token_without_session_has_a_stable_one_of_its_own() -> None:
    first, other = verify(signed(), secret=SECRET), verify(signed(iat=NOW - timedelta(hours=1)), secret=SECRET)
    assert first.session_id == verify(signed(), secret=SECRET).session_id != other.session_id
    assert (first.generation, first.started_at) == (0, first.iat)


@pytest.mark.parametrize(
    ("claim", "value"), [("sid", ""), ("sid", 1), ("sid", "x" * 65), ("generation", "1"), ("started", "x")]
)
def test_malformed_session_is_invalid(claim: str, value: Any) -> None:
    with pytest.raises(NotAuthenticated):
        verify(signed(**{claim: value}), secret=SECRET)


def test_session_ends_after_its_lifetime_however_often_it_is_renewed() -> None:
    limits, begin = SessionLimits(idle=100, lifetime=250), datetime(2020, 1, 1, tzinfo=UTC)
    started = int(begin.timestamp())
    expiries = []
    for seconds in (0, 90, 180, 240):
        at = begin + timedelta(seconds=seconds)
        token = issue(user_id="u1", email="a@b.c", secret=SECRET, now=at, started_at=started, limits=limits)
        verifier = TokenVerifier(SECRET, limits=limits, now=at.timestamp)
        expiries.append(verifier.verify(token).expires_at - started)
    assert expiries == [100, 190, 250, 250]


def test_shorter_limits_apply_to_sessions_that_exist() -> None:
    token = issue(user_id="u1", email="a@b.c", secret=SECRET, now=NOW)
    user = TokenVerifier(SECRET, limits=SessionLimits(idle=1000, lifetime=6000)).verify(token)
    assert user.expires_at == user.iat + 1000
