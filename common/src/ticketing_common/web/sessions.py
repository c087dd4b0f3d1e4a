"""The cookie session. Each service verifies it by itself; only auth sets and clears it."""

from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import WithJsonSchema

from ticketing_common.errors import AccountChanged, NotAuthenticated
from ticketing_common.tokens import LIFETIME, CurrentUser, TokenVerifier
from ticketing_common.web.request_limits import RequestCounter

COOKIE = "session"

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


def find_user(request: Request, page_user: str | None) -> CurrentUser | None:
    """The signed-in user; None without a valid session (`app.state.tokens` verifies it).

    Raises AccountChanged if the page was rendered for another user, `page_user`, and TooManyRequests.
    """
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    tokens: TokenVerifier = request.app.state.tokens
    try:
        user = tokens.verify(token)
    except NotAuthenticated:
        return None
    if page_user is not None and page_user != user.id:
        raise AccountChanged
    counter: RequestCounter | None = request.app.state.requests_per_user
    if counter is not None:
        counter.count(user.id)
    return user


def require_user(request: Request, page_user: str | None) -> CurrentUser:
    """The signed-in user; NotAuthenticated without a valid session."""
    user = find_user(request, page_user)
    if user is None:
        raise NotAuthenticated
    return user


async def _user_id(request: Request, page_user: PageUser = None) -> str:
    return require_user(request, page_user).id


UserId = Annotated[str, Depends(_user_id)]
"""The id of the signed-in user."""


def set_session(response: Response, token: str, *, https: bool) -> None:
    """Set the cookie. It is Secure only if the request came by HTTPS, since plain HTTP must work too."""
    response.set_cookie(
        COOKIE, token, max_age=int(LIFETIME.total_seconds()), path="/", httponly=True, samesite="lax", secure=https
    )


def clear_session(response: Response, *, https: bool) -> None:
    """Delete the cookie."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=https)
