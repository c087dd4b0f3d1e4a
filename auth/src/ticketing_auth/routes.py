"""/api/users: accounts and sessions."""

from fastapi import Request, Response

from ticketing_auth import use_cases
from ticketing_auth.deps import Deps, RevocationStoreDep, SessionsDep
from ticketing_auth.domain import User
from ticketing_auth.schemas import (
    ChangePasswordIn,
    DeleteAccountIn,
    SessionOut,
    SignedOut,
    SignInIn,
    SignUpIn,
    UserOut,
)
from ticketing_common.web import (
    ClientAddress,
    DirectRoute,
    NewId,
    Now,
    SessionDep,
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
    body: SignUpIn,
    request: Request,
    deps: Deps,
    sessions: SessionsDep,
    address: ClientAddress,
    new_id: NewId,
    now: Now,
) -> User:
    """Create an account and sign in."""
    user = await use_cases.sign_up(
        deps, user_id=new_id, email=body.email, password=body.password, address=address, now=now
    )
    set_session(request, sessions.start(user_id=user.id, email=user.email, generation=user.generation))
    return user


@router.post("/signin", response_model=UserOut)
async def sign_in(body: SignInIn, request: Request, deps: Deps, sessions: SessionsDep, address: ClientAddress) -> User:
    """Sign in."""
    user = await use_cases.sign_in(deps, email=body.email, password=body.password, address=address)
    set_session(request, sessions.start(user_id=user.id, email=user.email, generation=user.generation))
    return user


@router.post("/signout")
async def sign_out(request: Request, store: RevocationStoreDep, sessions: SessionsDep, now: Now) -> SignedOut:
    """End the session, everywhere."""
    await use_cases.sign_out(store, sessions.revocations, sessions.find_valid(request.scope), now=now)
    clear_session(request)
    return SignedOut()


@router.post("/changepassword", response_model=UserOut)
async def change_password(
    body: ChangePasswordIn,
    request: Request,
    session: SessionDep,
    deps: Deps,
    sessions: SessionsDep,
    address: ClientAddress,
    now: Now,
) -> User:
    """Change the password. All other sessions of the user end."""
    user = await use_cases.change_password(
        deps,
        sessions.revocations,
        session,
        current=body.current_password,
        new=body.new_password,
        address=address,
        now=now,
    )
    set_session(request, sessions.renew(session, generation=user.generation))
    return user


@router.post("/deleteaccount", status_code=204)
async def delete_account(
    body: DeleteAccountIn,
    request: Request,
    session: SessionDep,
    deps: Deps,
    sessions: SessionsDep,
    address: ClientAddress,
    now: Now,
) -> None:
    """Delete the account and end all its sessions. Tickets and orders remain, without a name."""
    await use_cases.delete_account(
        deps, sessions.revocations, session, password=body.password, address=address, now=now
    )
    clear_session(request)


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
