"""The session token: a JWT (HS256). Knows nothing of HTTP.

Its claims are id, email, iat, exp, sid (the session), generation (of the user's sessions) and started; its header names
the key (kid). A token of an older release, or made by hand, may have only the first four.
"""

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from jwt.types import Options

from ticketing_common.errors import NotAuthenticated
from ticketing_common.signing_keys import FULL_BYTES, split_keys

ALGORITHM = "HS256"
_MAX_SESSION_ID_CHARS = 64
_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """In seconds: a session ends when it was not used for `idle`, and at the latest `lifetime` after it started."""

    idle: int = 604_800
    lifetime: int = 2_592_000

    def expires_at(self, *, started_at: int, now: int) -> int:
        """When a token that is issued now expires."""
        return min(now + self.idle, started_at + self.lifetime)

    @property
    def renewal_age(self) -> int:
        """From this age on a token is replaced when it is used."""
        return self.idle // 10

    def revocation_expires_at(self, session: "CurrentUser | None", *, now: int) -> int:
        """Until when it matters that the session, or for None all of a user, was revoked: then no token is valid.

        One day more than `idle`, because a process without NATS does not know it yet, and may renew the session.
        """
        ends_at = now + self.lifetime
        if session is not None:
            ends_at = max(session.started_at + self.lifetime, session.expires_at)
        return min(ends_at, now + self.idle + _DAY_SECONDS)

    @property
    def revocation_lifetime(self) -> int:
        """The longest time for which a revocation matters."""
        return self.revocation_expires_at(None, now=0)


DEFAULT_LIMITS = SessionLimits()


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """The claims of a valid token. Times are in seconds since the epoch."""

    id: str
    email: str
    iat: int
    expires_at: int
    session_id: str
    generation: int
    started_at: int


def issue(
    *,
    user_id: str,
    email: str,
    secret: str,
    now: datetime,
    session_id: str | None = None,
    started_at: int | None = None,
    generation: int = 0,
    limits: SessionLimits = DEFAULT_LIMITS,
) -> str:
    """A token of a new session, or of the given one. `secret` is `JWT_SECRET`, `started_at` in seconds."""
    seconds = int(now.timestamp())
    started_at = seconds if started_at is None else started_at
    claims: dict[str, Any] = {
        "id": user_id,
        "email": email,
        "iat": seconds,
        "exp": limits.expires_at(started_at=started_at, now=seconds),
        "sid": session_id or secrets.token_hex(12),
        "generation": generation,
        "started": started_at,
    }
    key = _padded(split_keys(secret)[0])
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": key_id(key)})


class TokenVerifier:
    """Verifies tokens signed with a key of `secret`. It remembers up to `size` valid ones, because a signature costs
    more to verify than all else in a small request."""

    def __init__(
        self,
        secret: str,
        *,
        limits: SessionLimits = DEFAULT_LIMITS,
        size: int = 10_000,
        now: Callable[[], float] = time.time,
    ) -> None:
        keys = [_padded(key) for key in split_keys(secret)]
        self._all_keys = keys
        self._keys_by_id = {key_id(key): [key] for key in keys}
        self._limits = limits
        self._size = size
        self._now = now
        self._valid: OrderedDict[str, CurrentUser] = OrderedDict()  # by token

    def verify(self, token: str) -> CurrentUser:
        """The user that the token was issued to; NotAuthenticated if it is forged, expired or malformed."""
        user = self._valid.get(token)
        if user is None:
            user = self._valid[token] = self._decode(token)
            if len(self._valid) > self._size:
                self._valid.popitem(last=False)
        if user.expires_at <= self._now():
            del self._valid[token]
            raise NotAuthenticated
        self._valid.move_to_end(token)
        return user

    def _decode(self, token: str) -> CurrentUser:
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            # Made by an older release, or by hand, it may have none, or another than ours.
            keys = self._keys_by_id.get(str(kid), self._all_keys)
            return _user(self._claims(token, keys), self._limits)
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
            raise NotAuthenticated from None

    def _claims(self, token: str, keys: list[bytes]) -> dict[str, Any]:
        *others, last = keys
        for key in others:
            try:
                return jwt.decode(token, key, algorithms=[ALGORITHM], options=_OPTIONS)
            except jwt.InvalidSignatureError:
                continue
        return jwt.decode(token, last, algorithms=[ALGORITHM], options=_OPTIONS)


# `exp` is compared in verify(). `iat` is not: auth's clock may be a second ahead, and `exp` bounds the session.
_OPTIONS: Options = {"require": ["exp", "iat"], "verify_exp": False, "verify_iat": False}


def key_id(key: bytes) -> str:
    """The `kid` of tokens signed with this key: it tells nothing else of it."""
    return hmac.digest(key, b"ticketing session key", hashlib.sha256).hex()[:16]


def _padded(key: str) -> bytes:
    """HMAC itself pads a key with zero bytes (RFC 2104): the same signature, without PyJWT's warning at each token."""
    return key.encode().ljust(FULL_BYTES, b"\0")


def _user(claims: dict[str, Any], limits: SessionLimits) -> CurrentUser:
    user_id, iat, expires_at = _text(claims, "id"), _whole(claims, "iat"), int(claims["exp"])
    started_at = _whole(claims, "started") if "started" in claims else iat
    session_id = _session_id(claims) if "sid" in claims else _derived_session_id(user_id, iat, expires_at)
    if "started" in claims:  # the limits may have become shorter since
        expires_at = min(expires_at, limits.expires_at(started_at=started_at, now=iat))
    return CurrentUser(
        id=user_id,
        email=_text(claims, "email"),
        iat=iat,
        expires_at=expires_at,
        session_id=session_id,
        generation=_whole(claims, "generation") if "generation" in claims else 0,
        started_at=started_at,
    )


def _derived_session_id(user_id: str, iat: int, expires_at: int) -> str:
    """Of a token without `sid`: the same in each process and at each verification, so that it can be revoked."""
    return hashlib.sha256(f"{user_id} {iat} {expires_at}".encode()).hexdigest()[:24]


def _session_id(claims: dict[str, Any]) -> str:
    value = _text(claims, "sid")
    if len(value) > _MAX_SESSION_ID_CHARS:  # it becomes the id of a document and of an event
        raise ValueError("sid")
    return value


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims[name]
    if not isinstance(value, str) or not value:
        raise TypeError(name)
    return value


def _whole(claims: dict[str, Any], name: str) -> int:
    value = claims[name]
    if not isinstance(value, int):
        raise TypeError(name)
    return value
