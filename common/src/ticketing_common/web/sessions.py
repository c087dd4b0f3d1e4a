"""The cookie session. Each service verifies it by itself; only auth sets and clears it."""

from typing import Annotated

from fastapi import Depends, Header, Request, Response

from ticketing_common.errors import AccountChanged, NotAuthenticated
from ticketing_common.tokens import LIFETIME, CurrentUser, verify

COOKIE = "session"

PageUser = Annotated[
    str | None,
    Header(
        alias="Ticketing-User",
        description="The id of the user that the page was rendered for: 409 if the session is another user's",
    ),
]


async def find_user(request: Request, page_user: PageUser = None) -> CurrentUser | None:
    """The signed-in user; None without a valid session. `app.state.jwt_secret` is the key.

    Raises AccountChanged if the page was rendered for another user.
    """
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    try:
        user = verify(token, secret=request.app.state.jwt_secret)
    except NotAuthenticated:
        return None
    if page_user is not None and page_user != user.id:
        raise AccountChanged
    return user


MaybeUser = Annotated[CurrentUser | None, Depends(find_user)]


async def require_user(user: MaybeUser) -> CurrentUser:
    """The signed-in user; NotAuthenticated without a valid session."""
    if user is None:
        raise NotAuthenticated
    return user


SignedInUser = Annotated[CurrentUser, Depends(require_user)]


async def _user_id(user: SignedInUser) -> str:
    return user.id


UserId = Annotated[str, Depends(_user_id)]


def set_session(response: Response, token: str, *, https: bool) -> None:
    """Set the cookie. It is Secure only if the request came by HTTPS, since plain HTTP must work too."""
    response.set_cookie(
        COOKIE, token, max_age=int(LIFETIME.total_seconds()), path="/", httponly=True, samesite="lax", secure=https
    )


def clear_session(response: Response, *, https: bool) -> None:
    """Delete the cookie."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=https)
