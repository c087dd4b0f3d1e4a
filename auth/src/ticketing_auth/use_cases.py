"""Sign-up and sign-in."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from ticketing_auth.domain import InvalidCredentials, User, email_key
from ticketing_auth.ports import AccountDeps


async def sign_up(deps: AccountDeps, *, user_id: str, email: str, password: str, address: str, now: datetime) -> User:
    """Create an account; EmailInUse when the e-mail address has one, also among concurrent requests.

    `address` is the client's. Raises TooManyRequests.
    """
    deps.policy.require(password)
    await deps.limits.count_sign_up(address)
    password_hash = await deps.hasher.hash(password, address=address)
    user = User(id=user_id, email=email, password_hash=password_hash, created_at=now)
    await deps.store.add(user)
    return user


async def sign_in(deps: AccountDeps, *, email: str, password: str, address: str) -> User:
    """The user with this e-mail address and password, or InvalidCredentials. Raises TooManyRequests."""
    user = await _verify_password(
        deps, lambda: deps.store.find_by_email(email), account=email_key(email), password=password, address=address
    )
    if user is None:
        raise InvalidCredentials
    return user


async def _verify_password(
    deps: AccountDeps, find: Callable[[], Awaitable[User | None]], *, account: str, password: str, address: str
) -> User | None:
    """The user, if there is one and this is the password; an outdated hash of it is replaced.

    Wrong passwords count against `account`, whether it exists or not, and the client's `address`: TooManyRequests.
    """
    async with deps.limits.password_attempt(account, address) as attempt:
        user = await find()
        result = await deps.hasher.verify(password, user.password_hash if user else None, address=address)
        if not result.matches:
            attempt.count()
            await deps.limits.count_wrong_password(account)
            return None
    if user is not None and result.upgraded_hash is not None:
        await deps.store.upgrade_hash(user, result.upgraded_hash)
    return user
