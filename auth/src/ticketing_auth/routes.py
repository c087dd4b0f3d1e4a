"""/api/users: accounts and sessions."""

from datetime import datetime

from fastapi import APIRouter, Request, Response

from ticketing_auth import use_cases
from ticketing_auth.deps import PasswordsDep, UsersDep
from ticketing_auth.domain import User
from ticketing_auth.schemas import CurrentUserOut, SessionOut, SignedOut, SignInIn, SignUpIn, UserOut
from ticketing_common.tokens import issue
from ticketing_common.web import MaybeUser, NewId, Now, clear_session, set_session

router = APIRouter(prefix="/api/users", tags=["users"])


@router.post("/signup", status_code=201, response_model=UserOut)
async def sign_up(
    body: SignUpIn,
    request: Request,
    response: Response,
    users: UsersDep,
    passwords: PasswordsDep,
    new_id: NewId,
    now: Now,
) -> User:
    """Open an account and sign in."""
    user = await use_cases.sign_up(users, passwords, user_id=new_id, email=body.email, password=body.password, now=now)
    _start_session(request, response, user, now)
    return user


@router.post("/signin", response_model=UserOut)
async def sign_in(
    body: SignInIn, request: Request, response: Response, users: UsersDep, passwords: PasswordsDep, now: Now
) -> User:
    """Sign in to an account."""
    user = await use_cases.sign_in(users, passwords, email=body.email, password=body.password)
    _start_session(request, response, user, now)
    return user


@router.post("/signout")
async def sign_out(request: Request, response: Response) -> SignedOut:
    """End the session."""
    clear_session(response, https=_by_https(request))
    return SignedOut()


@router.get("/currentuser")
async def current_user(user: MaybeUser) -> SessionOut:
    """Who is signed in; null without a valid session."""
    return SessionOut(currentUser=CurrentUserOut(id=user.id, email=user.email, iat=user.iat) if user else None)


def _start_session(request: Request, response: Response, user: User, now: datetime) -> None:
    token = issue(user_id=user.id, email=user.email, secret=request.app.state.jwt_secret, now=now)
    set_session(response, token, https=_by_https(request))


def _by_https(request: Request) -> bool:
    """As the browser sees it: uvicorn takes X-Forwarded-Proto from the gateway."""
    return request.url.scheme == "https"
