"""The session token: a JWT (HS256) with the claims id, email, iat and exp. Knows nothing of HTTP."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt
from jwt.types import Options

from ticketing_common.errors import NotAuthenticated

ALGORITHM = "HS256"
LIFETIME = timedelta(days=7)
_FULL_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """The claims of a valid token. `iat` is in seconds since the epoch."""

    id: str
    email: str
    iat: int


def is_weak(secret: str) -> bool:
    """Whether the key is shorter than HS256 requires (RFC 7518, section 3.2), and might be guessed."""
    return len(secret.encode()) < _FULL_KEY_BYTES


def issue(*, user_id: str, email: str, secret: str, now: datetime) -> str:
    """A token that is valid for `LIFETIME` from `now`."""
    claims = {"id": user_id, "email": email, "iat": now, "exp": now + LIFETIME}
    return jwt.encode(claims, _key(secret), algorithm=ALGORITHM)


class TokenVerifier:
    """Verifies tokens signed with `secret`. It remembers up to `size` valid ones, because a signature costs more to
    verify than all else in a small request."""

    def __init__(self, secret: str, *, size: int = 10_000, now: Callable[[], float] = time.time) -> None:
        self._key = _key(secret)
        self._size = size
        self._now = now
        self._valid: OrderedDict[str, tuple[CurrentUser, int]] = OrderedDict()  # by token, with `exp`

    def verify(self, token: str) -> CurrentUser:
        """The user that the token was issued to; NotAuthenticated if it is forged, expired or malformed."""
        known = self._valid.get(token)
        if known is None:
            known = self._valid[token] = self._decode(token)
            if len(self._valid) > self._size:
                self._valid.popitem(last=False)
        user, expires_at = known
        if expires_at <= self._now():
            del self._valid[token]
            raise NotAuthenticated
        self._valid.move_to_end(token)
        return user

    def _decode(self, token: str) -> tuple[CurrentUser, int]:
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM], options=_OPTIONS)
            user = CurrentUser(id=_text(claims, "id"), email=_text(claims, "email"), iat=_seconds(claims, "iat"))
            return user, int(claims["exp"])
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, RecursionError):
            raise NotAuthenticated from None


# `iat` is not compared with our clock: auth's may be a second ahead, and `exp` bounds the session.
_OPTIONS: Options = {"require": ["exp", "iat"], "verify_iat": False}


def _key(secret: str) -> bytes:
    """HMAC itself pads a key with zero bytes (RFC 2104): the same signature, without PyJWT's warning at each token."""
    return secret.encode().ljust(_FULL_KEY_BYTES, b"\0")


def _text(claims: dict[str, object], name: str) -> str:
    value = claims[name]
    if not isinstance(value, str) or not value:
        raise TypeError(name)
    return value


def _seconds(claims: dict[str, object], name: str) -> int:
    value = claims[name]
    if not isinstance(value, int):
        raise TypeError(name)
    return value
