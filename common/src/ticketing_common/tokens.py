"""The session token: a JWT (HS256) with the claims id, email, iat and exp. Knows nothing of HTTP."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

from ticketing_common.errors import NotAuthenticated

ALGORITHM = "HS256"
LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """Who sent the request, as the token says. `iat` is in seconds since the epoch."""

    id: str
    email: str
    iat: int


def issue(*, user_id: str, email: str, secret: str, now: datetime) -> str:
    """A token that is good for `LIFETIME` from `now`."""
    claims = {"id": user_id, "email": email, "iat": now, "exp": now + LIFETIME}
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def verify(token: str, *, secret: str) -> CurrentUser:
    """Who the token stands for; `NotAuthenticated` when it is forged, expired or no token at all."""
    try:
        claims = jwt.decode(token, secret, algorithms=[ALGORITHM], options={"require": ["exp", "iat"]})
        return CurrentUser(id=_text(claims, "id"), email=_text(claims, "email"), iat=int(claims["iat"]))
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        raise NotAuthenticated from None


def _text(claims: dict[str, object], name: str) -> str:
    value = claims[name]
    if not isinstance(value, str) or not value:
        raise TypeError(name)
    return value
