"""Sign-up and sign-in."""

from datetime import datetime

from ticketing_auth.domain import InvalidCredentials, User
from ticketing_auth.ports import AccountDeps


async def sign_up(deps: AccountDeps, *, user_id: str, email: str, password: str, now: datetime) -> User:
    """Create an account; EmailInUse when the address has one, also among concurrent requests."""
    deps.policy.require(password)
    user = User(id=user_id, email=email, password_hash=await deps.hasher.hash(password), created_at=now)
    await deps.store.add(user)
    return user


async def sign_in(deps: AccountDeps, *, email: str, password: str) -> User:
    """The user with this address and password, or InvalidCredentials."""
    user = await deps.store.find_by_email(email)
    matches = await deps.hasher.verify(password, user.password_hash if user else None)
    if user is None or not matches:
        raise InvalidCredentials
    return user
