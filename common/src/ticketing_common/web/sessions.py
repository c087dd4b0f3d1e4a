"""The cookie session. Each service verifies it by itself; only auth sets and clears it."""

from typing import Annotated

from fastapi import Depends, Request, Response

from ticketing_common.errors import NotAuthenticated
from ticketing_common.tokens import LIFETIME, CurrentUser, verify

COOKIE = "session"


async def find_user(request: Request) -> CurrentUser | None:
    """Who sent the request; None without a valid session. `app.state.jwt_secret` holds the key."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    try:
        return verify(token, secret=request.app.state.jwt_secret)
    except NotAuthenticated:
        return None


MaybeUser = Annotated[CurrentUser | None, Depends(find_user)]


async def require_user(user: MaybeUser) -> CurrentUser:
    """Who sent the request; NotAuthenticated without a valid session."""
    if user is None:
        raise NotAuthenticated
    return user


SignedInUser = Annotated[CurrentUser, Depends(require_user)]


async def _user_id(user: SignedInUser) -> str:
    return user.id


UserId = Annotated[str, Depends(_user_id)]


def set_session(response: Response, token: str, *, https: bool) -> None:
    """Give the browser its session. Secure exactly when the request came by HTTPS: both ways must work."""
    response.set_cookie(
        COOKIE, token, max_age=int(LIFETIME.total_seconds()), path="/", httponly=True, samesite="lax", secure=https
    )


def clear_session(response: Response, *, https: bool) -> None:
    """Take the session back."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=https)
