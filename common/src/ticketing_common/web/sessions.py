"""The cookie session. Each service verifies and renews it by itself; only auth starts and ends one."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import WithJsonSchema
from starlette.types import Scope

from ticketing_common.errors import AccountChanged, NotAuthenticated
from ticketing_common.revocations import Revocations
from ticketing_common.tokens import CurrentUser, TokenVerifier, issue
from ticketing_common.web.request_limits import RequestCounter

COOKIE = "session"
SET_COOKIE = "ticketing.session_cookie"
"""Key of the ASGI scope: the session's `Set-Cookie` header, which the middleware adds to the response."""
USER_ID = "ticketing.user_id"
"""Key of the ASGI scope: the id of the signed-in user, for the log."""

PAGE_USER = "Ticketing-User"
_PAGE_USER_DESCRIPTION = "The id of the user that the page was rendered for: 409 if the session is another user's"

PageUser = Annotated[
    str | None, Header(alias=PAGE_USER, description=_PAGE_USER_DESCRIPTION), WithJsonSchema({"type": "string"})
]
PAGE_USER_PARAMETER = {
    "name": PAGE_USER,
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": _PAGE_USER_DESCRIPTION,
}
"""`PageUser` in the OpenAPI document of a DirectRoute."""

# A browser may send a cookie for each path and parent domain, also of other applications. More are an attack.
_MAX_CANDIDATES = 10


class Sessions:
    """The sessions of a service's users (`app.state.sessions`)."""

    def __init__(
        self,
        secret: str,
        revocations: Revocations,
        *,
        requests_per_user: RequestCounter | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.limits = revocations.limits
        self.revocations = revocations
        self.requests_per_user = requests_per_user
        self._secret = secret
        self._tokens = TokenVerifier(secret, limits=self.limits, now=now)
        self._now = now

    def start(self, *, user_id: str, email: str, generation: int) -> str:
        """The token of a new session."""
        return issue(
            user_id=user_id,
            email=email,
            secret=self._secret,
            now=self._time(),
            generation=generation,
            limits=self.limits,
        )

    def renew(self, user: CurrentUser, *, generation: int) -> str:
        """A new token of the same session."""
        return issue(
            user_id=user.id,
            email=user.email,
            secret=self._secret,
            now=self._time(),
            session_id=user.session_id,
            started_at=user.started_at,
            generation=generation,
            limits=self.limits,
        )

    def is_renewal_due(self, user: CurrentUser) -> bool:
        """Whether the token is old enough, and a new one would be valid for longer."""
        now = int(self._now())
        return now - user.iat >= self.limits.renewal_age and user.expires_at < self.limits.expires_at(
            started_at=user.started_at, now=now
        )

    def find_valid(self, scope: Scope) -> list[CurrentUser]:
        """All valid sessions of the request, in any order; cookies of other applications are ignored."""
        candidates = list(_cookies(scope))
        if len(candidates) > _MAX_CANDIDATES:
            return []
        return [user for token in candidates if (user := self._verify(token))]

    def find(self, scope: Scope) -> CurrentUser | None:
        """The session of the request: of several of one user the newest, none if they are of different users."""
        valid = self.find_valid(scope)
        if len({user.id for user in valid}) != 1:
            return None
        return max(valid, key=lambda user: user.iat)

    def is_current(self, user: CurrentUser) -> bool:
        """Whether a session that was found is still valid."""
        return user.expires_at > self._now() and not self.revocations.is_revoked(user)

    def _verify(self, token: str) -> CurrentUser | None:
        try:
            user = self._tokens.verify(token)
        except NotAuthenticated:
            return None
        return None if self.revocations.is_revoked(user) else user

    def _time(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


def find_user(request: Request, page_user: str | None) -> CurrentUser | None:
    """The signed-in user; None without a valid session. A session in use is renewed.

    Raises AccountChanged if the page was rendered for another user, `page_user`, and TooManyRequests.
    """
    sessions: Sessions = request.app.state.sessions
    user = sessions.find(request.scope)
    if user is None:
        return None
    request.scope[USER_ID] = user.id
    if page_user is not None and page_user != user.id:
        raise AccountChanged
    if sessions.requests_per_user is not None:
        sessions.requests_per_user.count(user.id)
    if sessions.is_renewal_due(user):
        set_session(request, sessions.renew(user, generation=user.generation))
    return user


def require_user(request: Request, page_user: str | None) -> CurrentUser:
    """The signed-in user; NotAuthenticated without a valid session."""
    user = find_user(request, page_user)
    if user is None:
        raise NotAuthenticated
    return user


async def _session(request: Request, page_user: PageUser = None) -> CurrentUser:
    return require_user(request, page_user)


async def _user_id(request: Request, page_user: PageUser = None) -> str:
    return require_user(request, page_user).id


UserId = Annotated[str, Depends(_user_id)]
"""The id of the signed-in user."""

SessionDep = Annotated[CurrentUser, Depends(_session)]
"""The session of the signed-in user."""


def set_session(request: Request, token: str) -> None:
    """Set the cookie in the response. It is Secure only if the request came by HTTPS: plain HTTP must work too."""
    sessions: Sessions = request.app.state.sessions
    _set_cookie(request, f"{COOKIE}={token}; Max-Age={sessions.limits.idle}")


def clear_session(request: Request) -> None:
    """Delete the cookie in the response."""
    _set_cookie(request, f'{COOKIE}=""; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT')


def _set_cookie(request: Request, cookie: str) -> None:
    """The scheme is as the browser sees it: uvicorn reads X-Forwarded-Proto from the gateway."""
    secure = "; Secure" if request.scope["scheme"] == "https" else ""
    request.scope[SET_COOKIE] = f"{cookie}; Path=/; HttpOnly; SameSite=lax{secure}"


def _cookies(scope: Scope) -> Iterator[str]:
    """The values of all cookies of our name: starlette's `request.cookies` has only the last of them."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            for pair in value.decode("latin-1").split(";"):
                key, _, token = pair.partition("=")
                if key.strip() == COOKIE:
                    yield token.strip(' "')
