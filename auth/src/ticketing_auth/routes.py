"""/api/users: accounts and sessions."""

from datetime import datetime

from fastapi import Request, Response

from ticketing_auth import use_cases
from ticketing_auth.deps import Deps
from ticketing_auth.domain import User
from ticketing_auth.schemas import SessionOut, SignedOut, SignInIn, SignUpIn, UserOut
from ticketing_common.tokens import issue
from ticketing_common.web import (
    ClientAddress,
    DirectRoute,
    NewId,
    Now,
    api_router,
    clear_session,
    find_user,
    json_response,
    set_session,
)
from ticketing_common.web.sessions import PAGE_USER, PAGE_USER_PARAMETER

router = api_router("users")


@router.post("/signup", status_code=201, response_model=UserOut)
async def sign_up(
    body: SignUpIn, request: Request, response: Response, deps: Deps, address: ClientAddress, new_id: NewId, now: Now
) -> User:
    """Create an account and sign in."""
    user = await use_cases.sign_up(
        deps, user_id=new_id, email=body.email, password=body.password, address=address, now=now
    )
    _start_session(request, response, user, now)
    return user


@router.post("/signin", response_model=UserOut)
async def sign_in(
    body: SignInIn, request: Request, response: Response, deps: Deps, address: ClientAddress, now: Now
) -> User:
    """Sign in."""
    user = await use_cases.sign_in(deps, email=body.email, password=body.password, address=address)
    _start_session(request, response, user, now)
    return user


@router.post("/signout")
async def sign_out(request: Request, response: Response) -> SignedOut:
    """End the session."""
    clear_session(response, https=_is_https(request))
    return SignedOut()


async def current_user(request: Request) -> Response:
    """The signed-in user; null without a valid session."""
    user = find_user(request, request.headers.get(PAGE_USER))
    claims = {"id": user.id, "email": user.email, "iat": user.iat} if user else None
    return json_response({"currentUser": claims})


router.add_api_route(
    "/currentuser",
    current_user,
    response_model=SessionOut,
    openapi_extra={"parameters": [PAGE_USER_PARAMETER]},
    route_class_override=DirectRoute,
)


def _start_session(request: Request, response: Response, user: User, now: datetime) -> None:
    token = issue(user_id=user.id, email=user.email, secret=request.app.state.jwt_secret, now=now)
    set_session(response, token, https=_is_https(request))


def _is_https(request: Request) -> bool:
    """As the browser sees it: uvicorn reads X-Forwarded-Proto from the gateway."""
    return request.url.scheme == "https"
