"""Whatever a Cookie header or a token contains, only a session that we issued signs anybody in, and nothing crashes."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import Message

from ticketing_common.revocations import Revocations
from ticketing_common.tokens import CurrentUser, TokenVerifier, issue
from ticketing_common.web.sessions import Sessions
from ticketing_test_support.fixtures import JWT_SECRET

NOW = datetime.now(UTC)
TOKENS = [issue(user_id=user, email="a@b.c", secret=JWT_SECRET, now=NOW) for user in ("u1", "u1", "u2")]
ISSUED = {token: TokenVerifier(JWT_SECRET).verify(token) for token in TOKENS}

characters = st.characters(max_codepoint=255)
separators = st.sampled_from(["; ", ";", ",", " ", "=", '"', "\x00", "\r\n", "\t", "é"])


@st.composite
def mutated_tokens(draw: st.DrawFn) -> str:
    """Parts of issued tokens, recombined, with a piece replaced, removed or inserted."""
    parts = [draw(st.sampled_from(TOKENS)).split(".")[place] for place in range(3)]
    token = ".".join(parts)
    start, length = draw(st.integers(0, len(token))), draw(st.integers(0, 12))
    return token[:start] + draw(st.text(characters, max_size=12)) + token[start + length :]


@st.composite
def cookie_headers(draw: st.DrawFn) -> bytes:
    """Cookies called `session`, and others, joined in all ways."""
    names = st.sampled_from(["session", "Session", "__Host-session", "session session", ""])
    equals = st.sampled_from(["=", "==", " = ", ""])
    values = st.sampled_from(TOKENS) | mutated_tokens() | st.text(characters, max_size=30)
    pairs = draw(st.lists(st.tuples(names | st.text(characters, max_size=8), equals, values), max_size=12))
    return draw(separators).join("".join(pair) for pair in pairs).encode("latin-1")


def find(headers: list[bytes]) -> CurrentUser | None:
    sessions = Sessions(JWT_SECRET, Revocations())
    user = sessions.find({"type": "http", "headers": [(b"cookie", header) for header in headers]})
    if user is not None and sessions.is_renewal_due(user):
        sessions.renew(user, generation=user.generation)
    return user


@given(st.lists(st.binary(max_size=200), max_size=4))
def test_arbitrary_bytes_sign_nobody_in(headers: list[bytes]) -> None:
    assert find(headers) is None


@given(st.lists(cookie_headers(), max_size=3))
def test_cookies_sign_in_only_whom_they_were_issued_to(headers: list[bytes]) -> None:
    user = find(headers)
    assert user is None or user in ISSUED.values()
    users = {ISSUED[token].id for token in TOKENS if any(token.encode() in header for header in headers)}
    assert user is None or user.id in users


@given(mutated_tokens())
def test_mutated_token_is_invalid_or_the_one_that_was_issued(token: str) -> None:
    # The last character of a signature has bits that mean nothing.
    user = find([b"session=" + token.encode("latin-1")])
    assert user is None or user in ISSUED.values()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=5,
)
NAMES = ("id", "email", "iat", "exp", "sid", "generation", "started", "nbf", "aud")
claims = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, json_values))
headers_of_tokens = st.fixed_dictionaries(
    {}, optional={"kid": json_values, "typ": st.text(), "b64": st.booleans(), "crit": json_values}
)


@given(claims, headers_of_tokens)
def test_signed_claims_of_any_form_are_a_session_or_none(content: dict[str, Any], header: dict[str, Any]) -> None:
    plausible = {"id": "u1", "email": "a@b.c", "iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 60} | content
    user = find([b"session=" + _sign(plausible, header)])
    assert user is None or (
        isinstance(user.id, str) and isinstance(user.expires_at, int) and user.id == plausible["id"]
    )


@given(headers=st.lists(cookie_headers() | st.binary(max_size=100), max_size=3))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_cookie_is_answered_with_a_server_error(app: FastAPI, headers: list[bytes]) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/maybe", "query_string": b"", "scheme": "http"}
    scope |= {
        "headers": [(b"cookie", header) for header in headers],
        "client": ("127.0.0.1", 5),
        "server": ("test", 80),
    }
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 200


def _sign(content: dict[str, Any], header: dict[str, Any]) -> bytes:
    """As PyJWT signs, which refuses to write some of these."""
    parts = [json.dumps({"alg": "HS256", **header}), json.dumps(content)]
    signed = b".".join(_encode(part.encode()) for part in parts)
    return signed + b"." + _encode(hmac.digest(JWT_SECRET.encode(), signed, hashlib.sha256))


def _encode(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")
