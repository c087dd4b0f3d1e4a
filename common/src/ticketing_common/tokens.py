"""The session token: a JWT (HS256) with the claims id, email, iat and exp. Knows nothing of HTTP."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt
from jwt.algorithms import HMACAlgorithm
from jwt.types import Options

from ticketing_common.errors import NotAuthenticated

ALGORITHM = "HS256"
LIFETIME = timedelta(days=7)
_FULL_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """Who sent the request, as the token says. `iat` is in seconds since the epoch."""

    id: str
    email: str
    iat: int


def is_weak(secret: str) -> bool:
    """Whether the key is shorter than an HS256 key must be (RFC 7518, section 3.2): it may be found by guessing."""
    return len(secret.encode()) < _FULL_KEY_BYTES


def issue(*, user_id: str, email: str, secret: str, now: datetime) -> str:
    """A token that is good for `LIFETIME` from `now`."""
    claims = {"id": user_id, "email": email, "iat": now, "exp": now + LIFETIME}
    return _coder.encode(claims, secret, algorithm=ALGORITHM)


def verify(token: str, *, secret: str) -> CurrentUser:
    """Who the token stands for; `NotAuthenticated` when it is forged, expired or no token at all."""
    try:
        claims = _coder.decode(token, secret, algorithms=[ALGORITHM], options=_OPTIONS)
        return CurrentUser(id=_text(claims, "id"), email=_text(claims, "email"), iat=_seconds(claims, "iat"))
    except (jwt.PyJWTError, KeyError, TypeError, ValueError, RecursionError):
        raise NotAuthenticated from None


# `iat` is not checked against our clock: auth's may be a second ahead, and `exp` is what bounds a session.
_OPTIONS: Options = {"require": ["exp", "iat"], "verify_iat": False}


class _AnyKeyLength(HMACAlgorithm):
    """HS256 that does not warn of a short key at each token: `build_app` says it once, at the start."""

    def check_key_length(self, key: bytes) -> str | None:
        return None


def _make_coder() -> jwt.PyJWT:
    coder = jwt.PyJWT()
    coder._jws = jwt.PyJWS(algorithms=[])  # PyJWT has no public way to give one instance its own algorithms
    coder._jws.register_algorithm(ALGORITHM, _AnyKeyLength(HMACAlgorithm.SHA256))
    return coder


_coder = _make_coder()


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
