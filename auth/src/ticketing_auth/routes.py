"""/api/users: accounts and sessions."""

from datetime import datetime

from fastapi import APIRouter, Request, Response

from ticketing_auth import use_cases
from ticketing_auth.deps import HasherDep, StoreDep
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
    store: StoreDep,
    hasher: HasherDep,
    new_id: NewId,
    now: Now,
) -> User:
    """Create an account and sign in."""
    user = await use_cases.sign_up(store, hasher, user_id=new_id, email=body.email, password=body.password, now=now)
    _start_session(request, response, user, now)
    return user


@router.post("/signin", response_model=UserOut)
async def sign_in(
    body: SignInIn, request: Request, response: Response, store: StoreDep, hasher: HasherDep, now: Now
) -> User:
    """Sign in."""
    user = await use_cases.sign_in(store, hasher, email=body.email, password=body.password)
    _start_session(request, response, user, now)
    return user


@router.post("/signout")
async def sign_out(request: Request, response: Response) -> SignedOut:
    """End the session."""
    clear_session(response, https=_is_https(request))
    return SignedOut()


@router.get("/currentuser")
async def current_user(user: MaybeUser) -> SessionOut:
    """The signed-in user; null without a valid session."""
    return SessionOut(currentUser=CurrentUserOut(id=user.id, email=user.email, iat=user.iat) if user else None)


def _start_session(request: Request, response: Response, user: User, now: datetime) -> None:
    token = issue(user_id=user.id, email=user.email, secret=request.app.state.jwt_secret, now=now)
    set_session(response, token, https=_is_https(request))


def _is_https(request: Request) -> bool:
    """As the browser sees it: uvicorn reads X-Forwarded-Proto from the gateway."""
    return request.url.scheme == "https"
